// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/linear.hpp>

namespace qcs {

/// Settings of a feed-forward layer pair.
struct FeedForwardOptions {
  std::int64_t width;
  std::int64_t hidden;
  double dropout = 0;  ///< probability, after each of the two layers
};

/// Linear, exact GELU, dropout, linear, dropout: (..., width) -> (..., width).
class FeedForwardImpl : public torch::nn::Module {
 public:
  explicit FeedForwardImpl(FeedForwardOptions options)
      : fc1_(register_module("fc1", Linear(options.width, options.hidden))),
        fc2_(register_module("fc2", Linear(options.hidden, options.width))),
        dropout_(options.dropout) {}

  torch::Tensor forward(const torch::Tensor& x) { return drop(fc2_->forward(drop(torch::gelu(fc1_->forward(x))))); }

 private:
  torch::Tensor drop(const torch::Tensor& x) const {
    return dropout_ > 0 ? torch::dropout(x, dropout_, is_training()) : x;
  }

  Linear fc1_, fc2_;
  double dropout_;
};
TORCH_MODULE(FeedForward);

}  // namespace qcs
