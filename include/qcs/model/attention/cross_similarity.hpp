// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/attention/contribution.hpp>
#include <qcs/model/attention/interaction.hpp>

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
    for (const Pair& pair : T::kSimilar) {
      const auto scores = token_scores<Range>(of_branch(qk, pair.first), of_branch(qk, pair.second)).similarity;
      accumulate(of_branch(similar, pair.first), contribution_to_first(scores));
      accumulate(of_branch(similar, pair.second), contribution_to_second(scores));
    }
    for (const Pair& pair : T::kDissimilar) {
      const auto scores = token_scores<Range>(of_branch(qk, pair.first), of_branch(qk, pair.second)).distance;
      accumulate(of_branch(dissimilar, pair.first), contribution_to_first(scores));
      accumulate(of_branch(dissimilar, pair.second), contribution_to_second(scores));
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
  static void accumulate(torch::Tensor& sum, const torch::Tensor& term) { sum = sum.defined() ? sum + term : term; }
};

/// The published form.
using CrossSimilarity = RangedCrossSimilarity<ScoreRange::kBatch>;

/// The same with smallest and largest distance of each sample by itself: what a sample's maps are, and with them its
/// loss, does not depend on the other samples of its batch. Not in the paper.
using PerSampleCrossSimilarity = RangedCrossSimilarity<ScoreRange::kSample>;

}  // namespace qcs
