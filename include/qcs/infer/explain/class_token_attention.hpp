// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/torch.hpp>
#include <vector>

namespace qcs {

/// What the class token takes of every token in the last block, the mean of the heads: (B, tokens). `attention` is
/// BaseBranch's, (B, heads, 1 + tokens, 1 + tokens) of each block.
inline torch::Tensor last_block_attention(const std::vector<torch::Tensor>& attention) {
  return attention.back().mean(1).select(1, 0).slice(1, 1);
}

/// What the class token takes of every token through all blocks, where half of each token comes past the attention
/// (attention rollout, Abnar and Zuidema, ACL 2020, equation 1): (B, tokens), rows summing to 1.
inline torch::Tensor attention_rollout(const std::vector<torch::Tensor>& attention) {
  const auto whole = torch::eye(attention.front().size(-1), attention.front().options());
  auto joint = whole;
  for (const auto& shares : attention) joint = torch::matmul((shares.mean(1) + whole) / 2, joint);
  const auto tokens = joint.select(1, 0).slice(1, 1);
  return tokens / tokens.sum(1, /*keepdim=*/true);
}

}  // namespace qcs
