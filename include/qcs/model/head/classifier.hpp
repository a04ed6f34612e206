// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/model/attention/bilinear_pool.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// Turns a branch's tokens and their cross-attended form, both (B, N, width), into logits (B, classes).
/// `kModuleName` is the name its parameters stand under.
template <class C>
concept CrossClassifierPolicy = std::derived_from<C, torch::nn::Module> &&
    std::constructible_from<C, const VitOptions&> && requires(C& classifier, const torch::Tensor& x) {
  { C::kName } -> std::convertible_to<std::string_view>;
  { C::kModuleName } -> std::convertible_to<std::string>;
  { classifier.forward(x, x) } -> std::same_as<torch::Tensor>;
};

/// Contrastive residual distillation (Wang et al., AAAI 2025): the attended tokens are added to the branch's own and
/// their sum goes through a transformer of its own, whose class token is classified.
class TransformerClassifier : public VisionTransformerImpl {
 public:
  static constexpr std::string_view kName = "vit";
  static constexpr const char* kModuleName = "VIT_cross";

  using VisionTransformerImpl::VisionTransformerImpl;

  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& attended) {
    return VisionTransformerImpl::forward(tokens + attended).logits;
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
      : classifier_(register_module("classifier", torch::nn::Linear(options.width * options.width, options.classes))) {}

  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& attended) {
    return classifier_->forward(bilinear_pool(tokens, attended));
  }

 private:
  torch::nn::Linear classifier_;
};
static_assert(CrossClassifierPolicy<BilinearClassifier>);

}  // namespace qcs
