// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/testing/check_backbone.hpp>
#include <qcs/testing/check_class_head.hpp>
#include <qcs/testing/check_cross_classifier.hpp>
#include <qcs/testing/check_head.hpp>
#include <qcs/testing/check_interaction.hpp>
#include <qcs/testing/check_residual.hpp>
#include <qcs/testing/check_token_embedding.hpp>
#include <span>
#include <string>
#include <string_view>

#include "findings.hpp"

// Each part here does one thing wrong, which its check must name.

using namespace qcs;
using namespace qcs::testing;

namespace {

/// A linear class head, right in itself; the ones below go wrong somewhere.
class LinearHead : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "wrong";

  explicit LinearHead(const ClassHeadOptions& o)
      : options_(o), linear_(register_module("linear", torch::nn::Linear(o.width, o.classes))) {}

  torch::Tensor forward(const torch::Tensor& x) { return linear_->forward(x); }

 protected:
  ClassHeadOptions options_;
  torch::nn::Linear linear_;
};

struct UnregisteredParameter : LinearHead {
  explicit UnregisteredParameter(const ClassHeadOptions& o) : LinearHead(o), scale_(torch::rand({o.classes})) {}
  torch::Tensor forward(const torch::Tensor& x) { return LinearHead::forward(x) * scale_; }
  torch::Tensor scale_;
};

struct UnregisteredConstant : LinearHead {
  explicit UnregisteredConstant(const ClassHeadOptions& o) : LinearHead(o), offset_(torch::ones({o.classes}) * .3) {}
  torch::Tensor forward(const torch::Tensor& x) { return LinearHead::forward(x) + offset_; }
  torch::Tensor offset_;
};

struct UnregisteredLayer : LinearHead {
  explicit UnregisteredLayer(const ClassHeadOptions& o) : LinearHead(o), before_(o.width, o.width) {}
  torch::Tensor forward(const torch::Tensor& x) { return LinearHead::forward(before_->forward(x)); }
  torch::nn::Linear before_;
};

struct UnusedParameter : LinearHead {
  explicit UnusedParameter(const ClassHeadOptions& o) : LinearHead(o) {
    register_parameter("spare", torch::zeros({o.classes}));
  }
};

struct NoGradHead : LinearHead {
  using LinearHead::LinearHead;
  torch::Tensor forward(const torch::Tensor& x) {
    const torch::NoGradGuard no_grad;
    return LinearHead::forward(x);
  }
};

/// The square, with a gradient that lacks its factor 2.
struct Square : torch::autograd::Function<Square> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return x.square();
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    return {gradients[0] * context->get_saved_variables()[0]};
  }
};

struct WrongGradient : LinearHead {
  using LinearHead::LinearHead;
  torch::Tensor forward(const torch::Tensor& x) { return Square::apply(LinearHead::forward(x)); }
};

struct BatchMates : LinearHead {
  using LinearHead::LinearHead;
  torch::Tensor forward(const torch::Tensor& x) { return LinearHead::forward(x - x.mean(0, /*keepdim=*/true)); }
};

struct NoiseInEvaluation : LinearHead {
  using LinearHead::LinearHead;
  torch::Tensor forward(const torch::Tensor& x) { return torch::dropout(LinearHead::forward(x), .5, /*train=*/true); }
};

struct CountsCalls : LinearHead {
  using LinearHead::LinearHead;
  torch::Tensor forward(const torch::Tensor& x) { return LinearHead::forward(x) * (1 + 1. / ++calls_); }
  int calls_ = 0;
};

struct KeepsMode : LinearHead {
  using LinearHead::LinearHead;
  void train(bool /*on*/ = true) override {}
};

struct InPlace : LinearHead {
  using LinearHead::LinearHead;
  torch::Tensor forward(const torch::Tensor& x) { return LinearHead::forward(x.detach().mul_(2) + (x - x.detach())); }
};

struct WrongClasses : LinearHead {
  explicit WrongClasses(const ClassHeadOptions& o) : LinearHead({.width = o.width, .classes = o.classes + 1}) {}
};

struct NamedBadly : LinearHead {
  static constexpr std::string_view kName = "my head";
  using LinearHead::LinearHead;
};

/// One scale of a 14x14 grid.
class TinyBackbone : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "tiny";
  static constexpr FeatureLayout kFeatures{{{4, 14}}};
  static constexpr int kPixelStride = 4;

  TinyBackbone() : conv_(register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 4, 1)))) {}

  Features forward(const torch::Tensor& images) {
    const auto step = images.size(2) / 56;
    const auto read = images.slice(2, 0, images.size(2), step).slice(3, 0, images.size(3), step);
    return {torch::avg_pool2d(conv_->forward(read), {4, 4})};
  }

 private:
  torch::nn::Conv2d conv_;
};

struct WrongGrid : TinyBackbone {
  static constexpr FeatureLayout kFeatures{{{4, 28}}};
};

struct ReadsAllPixels : torch::nn::Module {
  static constexpr std::string_view kName = "tiny";
  static constexpr FeatureLayout kFeatures{{{4, 14}}};
  static constexpr int kPixelStride = 4;

  ReadsAllPixels() : conv_(register_module("conv", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 4, 1)))) {}
  Features forward(const torch::Tensor& images) {
    return {torch::adaptive_avg_pool2d(conv_->forward(images), {14, 14})};
  }

  torch::nn::Conv2d conv_;
};

/// A token for each place of the coarsest scale.
class PlaceTokens : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "places";

  template <std::size_t N>
  static constexpr std::array<std::int64_t, 1> token_counts(const FeatureLayout<N>& layout) {
    return {layout.scales[N - 1].grid * layout.scales[N - 1].grid};
  }

  PlaceTokens(std::span<const FeatureScale> layout, std::int64_t width, const std::string& name = "places")
      : project_(register_module(name, torch::nn::Conv2d(torch::nn::Conv2dOptions(layout.back().channels, width, 1)))) {
  }

  torch::Tensor forward(const Features& features) {
    return project_->forward(features.back()).flatten(2).transpose(1, 2);
  }

 private:
  torch::nn::Conv2d project_;
};

struct WrongCounts : PlaceTokens {
  using PlaceTokens::PlaceTokens;
  template <std::size_t N>
  static constexpr std::array<std::int64_t, 2> token_counts(const FeatureLayout<N>& /*layout*/) {
    return {49, 98};
  }
};

struct TakenName : PlaceTokens {
  TakenName(std::span<const FeatureScale> layout, std::int64_t width) : PlaceTokens(layout, width, "VIT_base") {}
};

struct DetachedClassifier : torch::nn::Module {
  static constexpr std::string_view kName = "detached";
  static constexpr const char* kModuleName = "classifier";

  explicit DetachedClassifier(const VitOptions& o)
      : linear_(register_module("linear", torch::nn::Linear(o.width, o.classes))) {}
  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& attended) {
    return linear_->forward((tokens + attended.detach()).mean(1));
  }

  torch::nn::Linear linear_;
};

/// Own tokens weighed by the distance to those of the branch's first pair, which is 0 for equal tokens.
template <bool Gated>
struct DividesByDistance {
  static constexpr std::string_view kName = "divides";
  static constexpr bool kUsesGate = Gated;

  template <TopologyShape T>
  static BranchTensors<T> maps(const BranchTensors<T>& qk, const torch::Tensor& /*gate*/) {
    BranchTensors<T> maps;
    for (std::size_t b = 0; b < maps.size(); ++b) {
      const auto distance = (qk[b] - qk[(b + 1) % maps.size()]).square().sum(2);
      maps[b] = distance / distance.sum(1, /*keepdim=*/true);
    }
    return maps;
  }

  template <TopologyShape T>
  static torch::Tensor attend(const BranchTensors<T>& maps, const BranchTensors<T>& values, std::size_t b) {
    return maps[b].unsqueeze(-1) * values[b];
  }
};

struct HiddenGate : CrossSimilarity {
  static constexpr bool kUsesGate = false;
};

struct ForgetsUpdate {
  static constexpr std::string_view kName = "forgets";
  static torch::Tensor sum(const torch::Tensor& tokens, const torch::Tensor& normed, const torch::Tensor& /*update*/) {
    return tokens + normed;
  }
  static torch::Tensor finish(const torch::Tensor& x, auto&& norm, auto&& feed_forward) {
    return x + feed_forward(norm(x));
  }
};

/// The mean token of every branch; that of the first is given to all.
struct MixedUpHead {
  static std::string name() { return "mixed-up"; }

  template <TopologyShape T>
  class Module : public torch::nn::Module {
   public:
    explicit Module(const HeadOptions& o)
        : linear_(register_module("linear", torch::nn::Linear(o.transformer.width, o.transformer.classes))) {}

    HeadOutput<T> forward(const BranchTensors<T>& tokens) {
      HeadOutput<T> out;
      for (auto& logits : out.logits) logits = linear_->forward(tokens[0].mean(1));
      return out;
    }

   private:
    torch::nn::Linear linear_;
  };
};

}  // namespace

BOOST_AUTO_TEST_CASE(right_models_pass) {
  check_class_head<LinearHead>();
  check_backbone<TinyBackbone>();
  check_token_embedding<PlaceTokens>();
}

BOOST_AUTO_TEST_CASE(tensors_that_are_not_registered) {
  must_find("an unregistered parameter", "something that is not registered",
            [] { check_class_head<UnregisteredParameter>(); });
  must_find("an unregistered constant", "`aten::add` mixes a float32 tensor (7) with a float64 one",
            [] { check_class_head<UnregisteredConstant>(); });
  must_find("an unregistered layer", "while what is not registered stays float32, threw",
            [] { check_class_head<UnregisteredLayer>(); });
}

BOOST_AUTO_TEST_CASE(gradients_that_do_not_arrive_or_are_wrong) {
  must_find("an unused parameter", "parameter `spare` gets no gradient", [] { check_class_head<UnusedParameter>(); });
  must_find("no gradient at all", "cuts its output off from parameters and inputs",
            [] { check_class_head<NoGradHead>(); });
  must_find("a detached input", "no gradient reaches input 1", [] { check_cross_classifier<DetachedClassifier>(); });
  must_find("a wrong gradient", "the gradient of forward() in evaluation is wrong along 8 of 8 directions",
            [] { check_class_head<WrongGradient>(); });
  must_find("a wrong gradient, and where", "along `linear.weight` alone", [] { check_class_head<WrongGradient>(); });
}

BOOST_AUTO_TEST_CASE(results_that_depend_on_more_than_they_should) {
  must_find("batch mates", "a sample's output 0 depends on the others of its batch",
            [] { check_class_head<BatchMates>(); });
  must_find("noise in evaluation", "forward() in evaluation gives other bits when it is called again",
            [] { check_class_head<NoiseInEvaluation>(); });
  must_find("a count of calls", "forward() in training gives other bits with the same weights and the same seed",
            [] { check_class_head<CountsCalls>(); });
  must_find("a mode that stays", "eval() does not reach the module itself", [] { check_class_head<KeepsMode>(); });
  must_find("an input changed", "forward() in training changes its input 0", [] { check_class_head<InPlace>(); });
  must_find("a map of batch mates", "a sample's result depends on the others of its batch",
            [] { check_interaction<CrossSimilarity>({.rows_alone = true}); });
}

BOOST_AUTO_TEST_CASE(shapes_and_names) {
  must_find("one class too many", "gives shape (4, 8) as output 0, expected (4, 7)",
            [] { check_class_head<WrongClasses>(); });
  must_find("a name of two words", "its name `my head` has a space", [] { check_class_head<NamedBadly>(); });
  must_find("another grid", "gives shape (2, 4, 14, 14) as output 0, expected (2, 4, 28, 28) as kFeatures says",
            [] { check_backbone<WrongGrid>(); });
  must_find("a stride that is none", "kPixelStride = 4 says that forward() reads no others",
            [] { check_backbone<ReadsAllPixels>(); });
  must_find("other tokens", "expected (2, 147, 16) as token_counts says", [] { check_token_embedding<WrongCounts>(); });
  must_find("a taken name", "registers `VIT_base`, a name that another part of the network has",
            [] { check_token_embedding<TakenName>(); });
}

BOOST_AUTO_TEST_CASE(parts_of_the_cross_attention) {
  must_find("equal tokens", "for topology DCS, equal tokens give numbers that are not finite",
            [] { check_interaction<DividesByDistance<false>>(); });
  must_find("a gate that does nothing", "kUsesGate is true, but the gate changes nothing",
            [] { check_interaction<DividesByDistance<true>>(); });
  must_find("a gate that is not told", "kUsesGate is false: the gate will not be made",
            [] { check_interaction<HiddenGate>(); });
  must_find("an update that is lost", "the attention's update does not arrive in the result",
            [] { check_residual<ForgetsUpdate>(); });
  must_find("branches mixed up", "for topology QCS, no gradient reaches input 1", [] { check_head<MixedUpHead>(); });
}
