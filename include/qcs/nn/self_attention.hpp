// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/batched_matmul.hpp>
#include <qcs/nn/linear.hpp>

namespace qcs {

/// Settings of multi-head self-attention.
struct SelfAttentionOptions {
  std::int64_t width;  ///< divisible by heads
  std::int64_t heads;
  double output_dropout = 0;  ///< probability, after the output projection
};

/// Multi-head self-attention with biases, scaled by (width/heads)^-1/2 (Vaswani et al., 2017):
/// (B, N, width) -> (B, N, width).
class SelfAttentionImpl : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(SelfAttentionOptions options)
      : options_(options),
        qkv_(register_module("qkv", Linear(options.width, 3 * options.width))),
        proj_(register_module("proj", Linear(options.width, options.width))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    const auto batch = x.size(0), tokens = x.size(1), head_width = options_.width / options_.heads;
    const auto qkv = qkv_->forward(x).reshape({batch, tokens, 3, options_.heads, head_width}).permute({2, 0, 3, 1, 4});
    // Scaled before the product: the queries are smaller than the scores.
    const auto queries = qkv[0] / std::sqrt(static_cast<double>(head_width));
    const auto scores = batched_matmul(queries, qkv[1].transpose(-2, -1));
    const auto mixed = batched_matmul(scores.softmax(-1), qkv[2]).transpose(1, 2).reshape(x.sizes());
    const auto out = proj_->forward(mixed);
    return dropped(out);
  }

  /// What forward() gives for the first token, (B, N, width) -> (B, 1, width), without keys and values of all tokens.
  /// With query q of a head, its scores are (W_k^T q) x but for a constant, which softmax does not see, and what it
  /// mixes is W_v (sum of weighted tokens) + b_v.
  torch::Tensor forward_first(const torch::Tensor& x) {
    const auto heads = options_.heads, head_width = options_.width / heads;
    const auto weight = qkv_->weight.view({3, heads, head_width, options_.width});
    const auto bias = qkv_->bias.view({3, options_.width});
    const auto query = dense(x.select(1, 0), qkv_->weight.narrow(0, 0, options_.width), bias[0]) /
                       std::sqrt(static_cast<double>(head_width));
    // By head: (heads, B, head_width) times (heads, head_width, width).
    const auto by_head = query.view({-1, heads, head_width}).transpose(0, 1);
    const auto directions = batched_matmul(by_head, weight[1]).transpose(0, 1);
    const auto weights = batched_matmul(directions, x.transpose(1, 2)).softmax(-1);
    const auto mixed = batched_matmul(weights, x).transpose(0, 1);
    const auto values =
        batched_matmul(mixed, weight[2].transpose(1, 2)).transpose(0, 1).reshape({-1, 1, options_.width});
    return dropped(proj_->forward(values + bias[2]));
  }

 private:
  torch::Tensor dropped(const torch::Tensor& out) const {
    return options_.output_dropout > 0 ? torch::dropout(out, options_.output_dropout, is_training()) : out;
  }

  SelfAttentionOptions options_;
  Linear qkv_, proj_;
};
TORCH_MODULE(SelfAttention);

}  // namespace qcs
