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
    add<T>(similar, T::kSimilar, &TokenScores::similarity, qk);
    add<T>(dissimilar, T::kDissimilar, &TokenScores::distance, qk);
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
  /// Adds to every branch what one kind of scores of its pairs says about its tokens; all pairs in one batch.
  template <TopologyShape T>
  static void add(BranchTensors<T>& sums, const auto& pairs, torch::Tensor TokenScores::*kind,
                  const BranchTensors<T>& qk) {
    if (pairs.empty()) return;
    std::vector<torch::Tensor> firsts, seconds;
    for (const Pair& pair : pairs) {
      firsts.push_back(of_branch(qk, pair.first));
      seconds.push_back(of_branch(qk, pair.second));
    }
    const auto count = static_cast<std::int64_t>(pairs.size());
    const auto scores = token_scores<Range>(torch::cat(firsts), torch::cat(seconds), count).*kind;
    const auto to_first = contribution_to_first(scores).chunk(count);
    const auto to_second = contribution_to_second(scores).chunk(count);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      accumulate(of_branch(sums, pairs[p].first), to_first[p]);
      accumulate(of_branch(sums, pairs[p].second), to_second[p]);
    }
  }

  static void accumulate(torch::Tensor& sum, const torch::Tensor& term) { sum = sum.defined() ? sum + term : term; }
};

/// The published form.
using CrossSimilarity = RangedCrossSimilarity<ScoreRange::kBatch>;

/// The same with smallest and largest distance of each sample by itself: what a sample's maps are, and with them its
/// loss, does not depend on the other samples of its batch. Not in the paper.
using PerSampleCrossSimilarity = RangedCrossSimilarity<ScoreRange::kSample>;

}  // namespace qcs
