// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/torch.hpp>

namespace qcs {

/// Distances and similarities between the tokens of two branches, both (B, N_i, N_j).
struct TokenScores {
  torch::Tensor distance;
  torch::Tensor similarity;
};

/// Euclidean distances of QK_i (B, N_i, C) and QK_j (B, N_j, C), shifted so that the smallest is 0, and their mirror
/// image max - distance. Minimum and maximum run over the whole batch and pass gradients, so a map depends on its batch
/// mates (Wang et al., AAAI 2025, cross similarity attention).
inline TokenScores token_scores(const torch::Tensor& qk_i, const torch::Tensor& qk_j) {
  const auto raw = torch::cdist(qk_i, qk_j);
  const auto distance = raw - raw.min();
  return {.distance = distance, .similarity = distance.max() - distance};
}

/// What a score matrix (B, N_i, N_j) says about the tokens of branch j: rows are L2-normalised over j's tokens and
/// summed over i's. Returns (B, N_j).
inline torch::Tensor contribution_to_second(const torch::Tensor& scores) {
  namespace F = torch::nn::functional;
  return F::normalize(scores, F::NormalizeFuncOptions().dim(2)).sum(1);
}

/// What a score matrix (B, N_i, N_j) says about the tokens of branch i. Returns (B, N_i).
inline torch::Tensor contribution_to_first(const torch::Tensor& scores) {
  namespace F = torch::nn::functional;
  return F::normalize(scores, F::NormalizeFuncOptions().dim(1)).sum(2);
}

}  // namespace qcs
