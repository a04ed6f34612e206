// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/batched_matmul.hpp>
#include <qcs/nn/linear.hpp>

namespace qcs {

/// Weights of multi-head self-attention of width W, which the number of heads divides.
struct AttentionWeights {
  torch::Tensor qkv, qkv_bias;                ///< (3 W, W), (3 W): queries, keys, values
  torch::Tensor projection, projection_bias;  ///< (W, W), (W)
  std::int64_t heads;
};

namespace detail {

/// Queries, keys and values of all heads, (3, B, heads, N, W/heads).
inline torch::Tensor queries_keys_values(const torch::Tensor& x, const AttentionWeights& weights) {
  return dense(x, weights.qkv, weights.qkv_bias)
      .reshape({x.size(0), x.size(1), 3, weights.heads, x.size(2) / weights.heads})
      .permute({2, 0, 3, 1, 4});
}

inline torch::Tensor attention_shares(const torch::Tensor& qkv) {
  // Scaled before the product: the queries are smaller than the scores.
  const auto queries = qkv[0] / std::sqrt(static_cast<double>(qkv.size(-1)));
  return batched_matmul(queries, qkv[1].transpose(-2, -1)).softmax(-1);
}

}  // namespace detail

/// Multi-head self-attention scaled by (W/heads)^-1/2 (Vaswani et al., 2017): (B, N, W) -> (B, N, W).
inline torch::Tensor self_attention(const torch::Tensor& x, const AttentionWeights& weights) {
  const auto qkv = detail::queries_keys_values(x, weights);
  const auto mixed = batched_matmul(detail::attention_shares(qkv), qkv[2]).transpose(1, 2).reshape(x.sizes());
  return dense(mixed, weights.projection, weights.projection_bias);
}

/// How much of each token (columns) every token (rows) takes in self_attention(): (B, heads, N, N), rows summing to 1.
inline torch::Tensor attention_shares(const torch::Tensor& x, const AttentionWeights& weights) {
  return detail::attention_shares(detail::queries_keys_values(x, weights));
}

/// What self_attention() gives for the first token, (B, N, W) -> (B, W), without keys and values of all tokens.
/// With query q of a head, its scores are (W_k^T q) x but for a constant, which softmax does not see, and what it
/// mixes is W_v (sum of weighted tokens) + b_v.
inline torch::Tensor first_token_attention(const torch::Tensor& x, const AttentionWeights& weights) {
  const auto heads = weights.heads, width = x.size(2), head_width = width / heads;
  const auto weight = weights.qkv.view({3, heads, head_width, width});
  const auto bias = weights.qkv_bias.view({3, width});
  const auto query =
      dense(x.select(1, 0), weights.qkv.narrow(0, 0, width), bias[0]) / std::sqrt(static_cast<double>(head_width));
  // By head: (heads, B, head_width) times (heads, head_width, width).
  const auto by_head = query.view({-1, heads, head_width}).transpose(0, 1);
  const auto directions = batched_matmul(by_head, weight[1]).transpose(0, 1);
  const auto shares = batched_matmul(directions, x.transpose(1, 2)).softmax(-1);
  const auto mixed = batched_matmul(shares, x).transpose(0, 1);
  const auto values = batched_matmul(mixed, weight[2].transpose(1, 2)).transpose(0, 1).reshape({-1, width});
  return dense(values + bias[2], weights.projection, weights.projection_bias);
}

}  // namespace qcs
