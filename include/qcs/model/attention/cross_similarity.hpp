// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/attention/contribution.hpp>
#include <qcs/model/attention/interaction.hpp>
#include <vector>

namespace qcs {

/// Cross similarity attention over the pairs of any topology (Wang et al., AAAI 2025). A branch's map (B, N) is
/// softmax(sum of its similar pairs' similarities + gate * sum of its dissimilar pairs' distances), and scales the
/// branch's own V tokens.
template <ScoreRange Range>
struct RangedCrossSimilarity {
  static constexpr std::string_view kName = Range == ScoreRange::kBatch ? "csa" : "csa-per-sample";
  static constexpr bool kUsesGate = true;

  /// `qk`: (B, N, C) per branch; `gate`: 0-d, weight of dissimilar pairs, undefined where the topology has no gate (the
  /// weight is then 1). Returns the maps (B, N), rows summing to 1.
  template <TopologyShape T>
  static BranchTensors<T> maps(const BranchTensors<T>& qk, const torch::Tensor& gate) {
    BranchTensors<T> similar, dissimilar;
    const auto scores = pair_scores<T>(qk);
    const auto to_first = scores_by_pair<T>(contribution_to_first(scores));
    const auto to_second = scores_by_pair<T>(contribution_to_second(scores));
    std::size_t p = 0;
    for (const Pair& pair : T::kSimilar) {
      accumulate(of_branch(similar, pair.first), to_first[p]);
      accumulate(of_branch(similar, pair.second), to_second[p++]);
    }
    for (const Pair& pair : T::kDissimilar) {
      accumulate(of_branch(dissimilar, pair.first), to_first[p]);
      accumulate(of_branch(dissimilar, pair.second), to_second[p++]);
    }
    BranchTensors<T> maps;
    for (std::size_t b = 0; b < maps.size(); ++b) {
      if (dissimilar[b].defined() && gate.defined()) dissimilar[b] = dissimilar[b] * gate;
      if (dissimilar[b].defined()) accumulate(similar[b], dissimilar[b]);
      maps[b] = similar[b].softmax(1);
    }
    return maps;
  }

  template <TopologyShape T>
  static torch::Tensor attend(const BranchTensors<T>& maps, const BranchTensors<T>& values, std::size_t b) {
    return maps[b].unsqueeze(-1) * values[b];
  }

 private:
  /// Similarities of similar pairs and distances of dissimilar ones, as token_scores() has them, of all pairs in one
  /// batch: (P * B, N, N), the similar pairs first.
  template <TopologyShape T>
  static torch::Tensor pair_scores(const BranchTensors<T>& qk) {
    std::vector<torch::Tensor> firsts, seconds;
    const auto add = [&](const Pair& pair) {
      firsts.push_back(of_branch(qk, pair.first));
      seconds.push_back(of_branch(qk, pair.second));
    };
    for (const Pair& pair : T::kSimilar) add(pair);
    for (const Pair& pair : T::kDissimilar) add(pair);
    const auto raw = torch::cdist(torch::cat(firsts), torch::cat(seconds));
    const auto ranges =
        Range == ScoreRange::kBatch ? raw.view({static_cast<std::int64_t>(firsts.size()), -1}) : raw.flatten(1);
    const auto distance = ranges - ranges.amin({1}, /*keepdim=*/true);
    const auto similar_ranges =
        static_cast<std::int64_t>(T::kSimilar.size()) * ranges.size(0) / static_cast<std::int64_t>(firsts.size());
    const auto similar = distance.narrow(0, 0, similar_ranges);
    if (similar_ranges == 0) return distance.view(raw.sizes());
    const auto similarity = similar.amax({1}, /*keepdim=*/true) - similar;
    if (similar_ranges == ranges.size(0)) return similarity.view(raw.sizes());
    return torch::cat({similarity, distance.narrow(0, similar_ranges, ranges.size(0) - similar_ranges)})
        .view(raw.sizes());
  }

  /// The shares of each pair, (B, N), of a batch of all pairs.
  template <TopologyShape T>
  static std::vector<torch::Tensor> scores_by_pair(const torch::Tensor& all) {
    return all.chunk(static_cast<std::int64_t>(T::kSimilar.size() + T::kDissimilar.size()));
  }

  static void accumulate(torch::Tensor& sum, const torch::Tensor& term) { sum = sum.defined() ? sum + term : term; }
};

/// The published form.
using CrossSimilarity = RangedCrossSimilarity<ScoreRange::kBatch>;

/// The same with smallest and largest distance of each sample by itself: what a sample's maps are, and with them its
/// loss, does not depend on the other samples of its batch. Not in the paper.
using PerSampleCrossSimilarity = RangedCrossSimilarity<ScoreRange::kSample>;

}  // namespace qcs
