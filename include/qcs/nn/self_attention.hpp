// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/multi_head_attention.hpp>

namespace qcs {

/// Settings of multi-head self-attention.
struct SelfAttentionOptions {
  std::int64_t width;  ///< divisible by heads
  std::int64_t heads;
  double output_dropout = 0;  ///< probability, after the output projection
};

/// self_attention() with weights of its own and dropout after it: (B, N, width) -> (B, N, width).
class SelfAttentionImpl : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(SelfAttentionOptions options)
      : options_(options),
        qkv_(register_module("qkv", Linear(options.width, 3 * options.width))),
        proj_(register_module("proj", Linear(options.width, options.width))) {}

  torch::Tensor forward(const torch::Tensor& x) { return dropped(self_attention(x, weights())); }

  /// What its tokens take of each other: (B, heads, N, N), see attention_shares().
  torch::Tensor shares(const torch::Tensor& x) { return attention_shares(x, weights()); }

  /// What forward() gives for the first token, (B, N, width) -> (B, 1, width), without the others' keys and values.
  torch::Tensor forward_first(const torch::Tensor& x) {
    return dropped(first_token_attention(x, weights()).unsqueeze(1));
  }

 private:
  AttentionWeights weights() const { return {qkv_->weight, qkv_->bias, proj_->weight, proj_->bias, options_.heads}; }
  torch::Tensor dropped(const torch::Tensor& out) const {
    return options_.output_dropout > 0 ? torch::dropout(out, options_.output_dropout, is_training()) : out;
  }

  SelfAttentionOptions options_;
  Linear qkv_, proj_;
};
TORCH_MODULE(SelfAttention);

}  // namespace qcs
