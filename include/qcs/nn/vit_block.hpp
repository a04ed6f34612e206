// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/nn/feed_forward.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/nn/self_attention.hpp>

namespace qcs {

/// Epsilon of the layer norms inside a vision transformer.
inline constexpr double kVitNormEpsilon = 1e-6;

/// Pre-norm transformer block (Dosovitskiy et al., 2021): x + attention(LN x), then x + feed-forward(LN x).
/// (B, N, width) -> (B, N, width).
class VitBlockImpl : public torch::nn::Module {
 public:
  VitBlockImpl(SelfAttentionOptions attention, FeedForwardOptions feed_forward)
      : norm1_(register_module("norm1", LayerNorm(attention.width, kVitNormEpsilon))),
        attention_(register_module("attn", SelfAttention(attention))),
        norm2_(register_module("norm2", LayerNorm(attention.width, kVitNormEpsilon))),
        feed_forward_(register_module("mlp", FeedForward(feed_forward))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    const auto attended = x + attention_->forward(norm1_->forward(x));
    return attended + feed_forward_->forward(norm2_->forward(attended));
  }

  /// The attention behind forward(): (B, heads, N, N), rows summing to 1.
  torch::Tensor attention(const torch::Tensor& x) { return attention_->shares(norm1_->forward(x)); }

  /// What forward() gives for the first token: (B, N, width) -> (B, 1, width).
  torch::Tensor forward_first(const torch::Tensor& x) {
    const auto attended = x.narrow(1, 0, 1) + attention_->forward_first(norm1_->forward(x));
    return attended + feed_forward_->forward(norm2_->forward(attended));
  }

 private:
  LayerNorm norm1_;
  SelfAttention attention_;
  LayerNorm norm2_;
  FeedForward feed_forward_;
};
TORCH_MODULE(VitBlock);

}  // namespace qcs
