// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <qcs/core/autocast.hpp>

namespace qcs {

/// Distances and similarities between the tokens of two branches, both (B, N_i, N_j).
struct TokenScores {
  torch::Tensor distance;
  torch::Tensor similarity;
};

/// Which distances the smallest and the largest one are taken from.
enum class ScoreRange {
  kBatch,   ///< all of a batch, as published: a map depends on its batch mates
  kSample,  ///< those of the sample itself: it does not
};

/// Euclidean distances of QK_i (B, N_i, C) and QK_j (B, N_j, C), shifted so that the smallest is 0, and their mirror
/// image max - distance. Minimum and maximum pass gradients (Wang et al., AAAI 2025, cross similarity attention).
/// `pairs` of branches may stand one after the other, (pairs * B, ...): each has a batch of its own.
template <ScoreRange Range = ScoreRange::kBatch>
TokenScores token_scores(const torch::Tensor& qk_i, const torch::Tensor& qk_j, std::int64_t pairs = 1) {
  const ComputePrecision exact({.device = qk_i.device()});
  // Distances come out of a product of matrices, as differences of numbers much larger than they are.
  std::optional<Tf32Products> whole_products;
  if (qk_i.is_cuda()) whole_products.emplace(false);
  const auto raw = torch::cdist(at_least_float32(qk_i), at_least_float32(qk_j));
  const auto ranges = Range == ScoreRange::kBatch ? raw.view({pairs, -1}) : raw.flatten(1);
  const auto distance = ranges - ranges.amin({1}, /*keepdim=*/true);
  const auto similarity = distance.amax({1}, /*keepdim=*/true) - distance;
  return {.distance = distance.view(raw.sizes()), .similarity = similarity.view(raw.sizes())};
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
