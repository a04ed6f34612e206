// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>

namespace qcs {

/// Squeeze-excite of a vector: x * sigmoid(W2 relu(W1 x)), (B, width) -> (B, width).
class SqueezeExciteImpl : public torch::nn::Module {
 public:
  explicit SqueezeExciteImpl(std::int64_t width)
      : linear1_(register_module("linear1", torch::nn::Linear(width, width))),
        linear2_(register_module("linear2", torch::nn::Linear(width, width))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    return x * torch::sigmoid(linear2_->forward(torch::relu(linear1_->forward(x))));
  }

 private:
  torch::nn::Linear linear1_, linear2_;
};
TORCH_MODULE(SqueezeExcite);

/// Linear classifier under the name `linear`: (B, width) -> logits (B, classes).
class ClassHeadImpl : public torch::nn::Module {
 public:
  ClassHeadImpl(std::int64_t width, std::int64_t classes)
      : linear_(register_module("linear", torch::nn::Linear(width, classes))) {}

  torch::Tensor forward(const torch::Tensor& x) { return linear_->forward(x); }

 private:
  torch::nn::Linear linear_;
};
TORCH_MODULE(ClassHead);

}  // namespace qcs
