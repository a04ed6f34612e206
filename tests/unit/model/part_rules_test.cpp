// SPDX-License-Identifier: MIT
//
// Parts with one fault each, as users make them: the rule of that fault is broken, and no other fails to compile.

#include <functional>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/model/token/coarse_tokens.hpp>
#include <qcs/nn/gaussian_head.hpp>
#include <qcs/topology/dual.hpp>
#include <string>
#include <utility>
#include <vector>

namespace part_rules {

using namespace qcs;
struct NonStaticName : SmallBackbone {
  const std::string_view kName = "x";
};
static_assert(!BackboneRules<NonStaticName>::kHasName);
struct RuntimeName : SmallBackbone {
  static inline const std::string kName = "x";
};
static_assert(!BackboneRules<RuntimeName>::kHasName);
struct CharName : SmallBackbone {
  static constexpr const char* kName = "x";
};
static_assert(BackboneRules<CharName>::kHasName);
struct RuntimeFeatures : SmallBackbone {
  static inline FeatureLayout<1> kFeatures{{{8, 14}}};
};
static_assert(!BackboneRules<RuntimeFeatures>::kHasFeatures && !BackboneRules<RuntimeFeatures>::kAll);
struct MemberFeatures : SmallBackbone {
  FeatureLayout<1> kFeatures{{{8, 14}}};
};
static_assert(!BackboneRules<MemberFeatures>::kHasFeatures);
class PrivateFeatures : public SmallBackbone {
  static constexpr FeatureLayout<1> kFeatures{{{8, 14}}};
};
static_assert(!BackboneRules<PrivateFeatures>::kHasFeatures);
struct ArrayFeatures : SmallBackbone {
  static constexpr std::array<FeatureScale, 1> kFeatures{{{8, 14}}};
};
static_assert(!BackboneRules<ArrayFeatures>::kHasFeatures);
struct RuntimeTransformer : SmallBackbone {
  static inline TransformerShape kTransformer{.width = 64, .heads = 3};
};
static_assert(!BackboneRules<RuntimeTransformer>::kTransformerIsShape &&
              BackboneRules<RuntimeTransformer>::kWidthIsMultipleOfHeads);
struct PairTransformer : SmallBackbone {
  static constexpr std::pair<int, int> kTransformer{64, 2};
};
static_assert(!BackboneRules<PairTransformer>::kTransformerIsShape);
struct DoubleStride : SmallBackbone {
  static constexpr double kPixelStride = 4;
};
static_assert(!BackboneRules<DoubleStride>::kStrideDivides);
struct LongStride : SmallBackbone {
  static constexpr std::int64_t kPixelStride = 4;
};
static_assert(BackboneRules<LongStride>::kStrideDivides && pixel_stride<LongStride> == 4);
struct ZeroStride : SmallBackbone {
  static constexpr int kPixelStride = 0;
};
static_assert(!BackboneRules<ZeroStride>::kStrideDivides);
struct RuntimeStride : SmallBackbone {
  static inline int kPixelStride = 4;
};
static_assert(!BackboneRules<RuntimeStride>::kStrideDivides);
struct TextRate : SmallBackbone {
  static constexpr const char* kLearningRate = "1";
};
static_assert(!BackboneRules<TextRate>::kLearningRateIsNumber);
class ProtectedB : public SmallBackbone {
 protected:
  ProtectedB() = default;
};
static_assert(!BackboneRules<ProtectedB>::kConstructs);
struct OptionsOnly : SmallBackbone {
  struct Options {
    int x;
  };
};
static_assert(!BackboneRules<OptionsOnly>::kConstructs);
struct TupleForward : SmallBackbone {
  std::array<torch::Tensor, 3> forward(const torch::Tensor&);
};
static_assert(!BackboneRules<TupleForward>::kHasForward);
struct MutableForward : SmallBackbone {
  Features forward(torch::Tensor&);
};
static_assert(!BackboneRules<MutableForward>::kHasForward);
struct PureB : SmallBackbone {
  virtual void f() = 0;
};
static_assert(!BackboneRules<PureB>::kConstructs);
struct PrivateBase : private SmallBackbone {};
static_assert(!BackboneRules<PrivateBase>::kIsModule);
// token embeddings
struct NonStaticCounts : CoarseTokens {
  using CoarseTokens::CoarseTokens;
  template <std::size_t N>
  constexpr std::array<std::int64_t, N> token_counts(const FeatureLayout<N>&) const {
    return {};
  }
};
static_assert(!TokenEmbeddingRules<NonStaticCounts, SmallBackbone>::kHasCounts);
struct IntCounts : CoarseTokens {
  using CoarseTokens::CoarseTokens;
  template <std::size_t N>
  static constexpr std::array<int, N> token_counts(const FeatureLayout<N>&) {
    return {};
  }
};
static_assert(!TokenEmbeddingRules<IntCounts, SmallBackbone>::kHasCounts);
struct RuntimeCounts : CoarseTokens {
  using CoarseTokens::CoarseTokens;
  template <std::size_t N>
  static std::array<std::int64_t, N> token_counts(const FeatureLayout<N>&) {
    return {};
  }
};
static_assert(TokenEmbeddingRules<RuntimeCounts, SmallBackbone>::kHasCounts &&
              !TokenEmbeddingRules<RuntimeCounts, SmallBackbone>::kCountsConstant &&
              TokenEmbeddingRules<RuntimeCounts, SmallBackbone>::kSuitsBackbone);
static_assert(TokenEmbeddingRules<CoarseTokens, RuntimeFeatures>::kAll);
static_assert(TokenEmbeddingRules<CoarseTokens, torch::nn::Module>::kAll);
struct FixedSpan : CoarseTokens {
  FixedSpan(std::span<const FeatureScale, 3> s, std::int64_t w) : CoarseTokens(s, w) {}
};
static_assert(!TokenEmbeddingRules<FixedSpan, SmallBackbone>::kConstructs);
// interactions
struct FunctionGate : CrossSimilarity {
  static bool kUsesGate();
};
static_assert(!InteractionRules<FunctionGate, Dual>::kSaysGate);
struct RuntimeGate : CrossSimilarity {
  static inline bool kUsesGate = true;
};
static_assert(!InteractionRules<RuntimeGate, Dual>::kSaysGate);
struct IntGate : CrossSimilarity {
  static constexpr int kUsesGate = 1;
};
static_assert(!InteractionRules<IntGate, Dual>::kSaysGate);
struct NoTemplate {
  static constexpr std::string_view kName = "a";
  static constexpr bool kUsesGate = false;
  static BranchTensors<Dual> maps(const BranchTensors<Dual>&, const torch::Tensor&);
  torch::Tensor attend(int);
};
static_assert(!InteractionRules<NoTemplate, Dual>::kHasMaps && !InteractionRules<NoTemplate, Dual>::kHasAttend);
static_assert(InteractionRules<CrossSimilarity, Dual>::kAll && InteractionRules<DotProduct, Dual>::kAll);
// residuals
struct Pointers : NormedResidual {
  static torch::Tensor finish(const torch::Tensor&, torch::Tensor (*)(const torch::Tensor&),
                              torch::Tensor (*)(const torch::Tensor&));
};
static_assert(!ResidualRules<Pointers>::kHasFinish);
struct ByReference : NormedResidual {
  static torch::Tensor finish(const torch::Tensor& x, auto& norm, auto&) { return norm(x); }
};
static_assert(!ResidualRules<ByReference>::kHasFinish);
struct ByFunction : NormedResidual {
  using F = std::function<torch::Tensor(const torch::Tensor&)>;
  static torch::Tensor finish(const torch::Tensor& x, const F& norm, const F&) { return norm(x); }
};
static_assert(ResidualRules<ByFunction>::kAll);
struct MemberSum : NormedResidual {
  torch::Tensor sum(const torch::Tensor&, const torch::Tensor&, const torch::Tensor&);
};
static_assert(!ResidualRules<MemberSum>::kHasSum);
// heads
template <class Base>
struct HeadOf {
  template <TopologyShape T>
  class Module : public Base {
   public:
    explicit Module(const HeadOptions&) {}
    HeadOutput<T> forward(const BranchTensors<T>&) { return {}; }
    std::vector<float> gates() { return {}; }
  };
  static std::string name();
};
static_assert(!HeadRules<HeadOf<torch::nn::Module>, Dual>::kGatesAreNumbers &&
              HeadRules<HeadOf<torch::nn::Module>, Dual>::kHasForward);
static_assert(!HeadRules<HeadOf<std::string>, Dual>::kIsModule);
static_assert(HeadRules<CrossSimilarityHead<>, Dual>::kAll && HeadRules<CrossSimilarityHead<>, int>::kAll);
struct OldHead {
  template <TopologyShape T>
  class Module : public torch::nn::Module {
   public:
    explicit Module(const VitOptions&) {}
    HeadOutput<T> forward(const BranchTensors<T>&);
  };
  static constexpr std::string_view kName = "old";
};
static_assert(!HeadRules<OldHead, Dual>::kConstructs && !HeadRules<OldHead, Dual>::kHasName &&
              HeadRules<OldHead, Dual>::kGatesAreNumbers);
// class heads, classifiers
struct WidthHead : torch::nn::Module {
  static constexpr std::string_view kName = "w";
  WidthHead(std::int64_t, std::int64_t);
  auto forward(const torch::Tensor& x) { return x + 1; }
};
static_assert(!ClassHeadRules<WidthHead>::kConstructs && ClassHeadRules<WidthHead>::kHasForward);
struct ViewName : BilinearClassifier {
  using BilinearClassifier::BilinearClassifier;
  static constexpr std::string_view kModuleName = "x";
};
static_assert(!CrossClassifierRules<ViewName>::kHasModuleName);
// topologies
struct Runtime : Dual {
  static inline std::array kSimilar{Pair{0, 1}};
};
static_assert(!TopologyShape<Runtime>);
struct CArray : Dual {
  static constexpr Pair kSimilar[] = {{0, 1}};
};
static_assert(!TopologyShape<CArray>);
struct Huge : Dual {
  static constexpr std::array kBranches{Branch{"a", 0}, Branch{"b", 2147483647}};
};
static_assert(TopologyShape<Huge> && !TopologyRules<Huge>::kRolesContiguous);

}  // namespace part_rules
