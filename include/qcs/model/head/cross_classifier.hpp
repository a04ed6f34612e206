// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/core/constant.hpp>
#include <qcs/model/attention/bilinear_pool.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// The rules of a cross classifier, one flag each.
template <class C>
struct CrossClassifierRules {
  static constexpr bool kIsModule = std::derived_from<C, torch::nn::Module>;

  static constexpr bool kHasName = HasConstantName<C>;

  static constexpr bool kHasModuleName = requires {
    { C::kModuleName } -> std::convertible_to<std::string>;
  };

  static constexpr bool kConstructs = std::constructible_from<C, const VitOptions&>;

  static constexpr bool kHasForward = requires(C & classifier, const torch::Tensor& x) {
    { classifier.forward(x, x) } -> std::same_as<torch::Tensor>;
  };

  static constexpr bool kAll = kIsModule && kHasName && kHasModuleName && kConstructs && kHasForward;
};

/// Turns a branch's tokens and their cross-attended form, both (B, N, width), into logits (B, classes).
/// `kModuleName` is the name its parameters stand under. docs/policies/cross_classifier.md has a skeleton.
template <class C>
concept CrossClassifierPolicy = CrossClassifierRules<C>::kAll;

/// Instantiating this with a bad cross classifier fails to compile with a sentence for each broken rule.
template <class C>
struct CheckedCrossClassifier {
  using Rules = CrossClassifierRules<C>;
  static_assert(Rules::kIsModule,
                "qcs cross classifier: derive it publicly from torch::nn::Module; a holder that TORCH_MODULE makes is "
                "none, its Impl is");
  static_assert(Rules::kHasName, "qcs cross classifier: give it a name, `static constexpr std::string_view kName`");
  static_assert(
      Rules::kHasModuleName,
      "qcs cross classifier: name what its parameters stand under, `static constexpr const char* kModuleName`");
  static_assert(Rules::kConstructs,
                "qcs cross classifier: give it the constructor `explicit C(const qcs::VitOptions&)`");
  static_assert(
      Rules::kHasForward,
      "qcs cross classifier: give it `torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& "
      "attended)`, (B, N, width) each -> logits (B, classes)");
  static constexpr bool kValid = Rules::kAll;
};

/// Contrastive residual distillation (Wang et al., AAAI 2025): the attended tokens are added to the branch's own and
/// their sum goes through a transformer of its own, whose class token is classified.
class TransformerClassifier : public VisionTransformerImpl<> {
 public:
  static constexpr std::string_view kName = "vit";
  static constexpr const char* kModuleName = "VIT_cross";

  using VisionTransformerImpl<>::VisionTransformerImpl;

  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& attended) {
    return logits(tokens + attended);
  }
};
static_assert(CrossClassifierPolicy<TransformerClassifier>);

/// Bilinear pooling of the branch's tokens with the attended ones, and one linear layer (the public code's `Fusion`).
/// The layer has width^2 * classes weights: 4.1 million for width 768 and 7 classes.
class BilinearClassifier : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "bilinear";
  static constexpr const char* kModuleName = "fusion";

  explicit BilinearClassifier(const VitOptions& options)
      : classifier_(register_module("classifier", Linear(options.width * options.width, options.classes))) {}

  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& attended) {
    return classifier_->forward(bilinear_pool(tokens, attended));
  }

 private:
  Linear classifier_;
};
static_assert(CrossClassifierPolicy<BilinearClassifier>);

}  // namespace qcs
