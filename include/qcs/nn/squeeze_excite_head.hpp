// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/class_head.hpp>
#include <qcs/nn/linear.hpp>
#include <string_view>

namespace qcs {

/// Squeeze-excite of a vector: x * sigmoid(W2 relu(W1 x)), (B, width) -> (B, width).
class SqueezeExciteImpl : public torch::nn::Module {
 public:
  explicit SqueezeExciteImpl(std::int64_t width)
      : linear1_(register_module("linear1", Linear(width, width))),
        linear2_(register_module("linear2", Linear(width, width))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    return x * torch::sigmoid(linear2_->forward(torch::relu(linear1_->forward(x))));
  }

 private:
  Linear linear1_, linear2_;
};
TORCH_MODULE(SqueezeExcite);

namespace detail {

/// Linear classifier under the name `linear`, as the public checkpoints have it: (B, width) -> logits (B, classes).
class LinearClassesImpl : public torch::nn::Module {
 public:
  LinearClassesImpl(std::int64_t width, std::int64_t classes)
      : linear_(register_module("linear", Linear(width, classes))) {}

  torch::Tensor forward(const torch::Tensor& x) { return linear_->forward(x); }

 private:
  Linear linear_;
};
TORCH_MODULE(LinearClasses);

}  // namespace detail

/// The published class head (Wang et al., AAAI 2025): squeeze-excite of the class token and a linear layer.
class SqueezeExciteHead : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "squeeze-excite";

  explicit SqueezeExciteHead(const ClassHeadOptions& options)
      : squeeze_excite_(register_module("se_block", SqueezeExcite(options.width))),
        classes_(register_module("head", detail::LinearClasses(options.width, options.classes))) {}

  torch::Tensor forward(const torch::Tensor& class_token) {
    return classes_->forward(squeeze_excite_->forward(class_token));
  }

 private:
  SqueezeExcite squeeze_excite_;
  detail::LinearClasses classes_;
};
static_assert(ClassHeadPolicy<SqueezeExciteHead>);

}  // namespace qcs
