// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <qcs/model/attention/interaction.hpp>

namespace qcs {

namespace detail {

/// The branch that `b` forms its similar pair with, or -1 unless there is exactly one.
template <TopologyShape T>
constexpr int only_partner(int b) {
  int partner = -1, count = 0;
  for (const Pair& p : T::kSimilar) {
    if (p.first != b && p.second != b) continue;
    partner = p.first == b ? p.second : p.first;
    ++count;
  }
  return count == 1 ? partner : -1;
}

template <TopologyShape T>
inline constexpr bool every_branch_has_one_partner = [] {
  for (std::size_t b = 0; b < branch_count<T>; ++b)
    if (only_partner<T>(static_cast<int>(b)) < 0) return false;
  return true;
}();

}  // namespace detail

/// Scaled dot-product attention between the two branches of a similar pair, one head: the public code's alternative to
/// cross similarity. A branch's map (B, N, N) is softmax(QK_b QK_p^T / sqrt(C)) over partner p's tokens, and mixes the
/// partner's V tokens. Dissimilar pairs play no part.
struct DotProduct {
  static constexpr std::string_view kName = "sdpa";
  static constexpr bool kUsesGate = false;

  template <TopologyShape T>
  static BranchTensors<T> maps(const BranchTensors<T>& qk, const torch::Tensor& /*gate*/ = {}) {
    static_assert(detail::every_branch_has_one_partner<T>,
                  "qcs DotProduct: every branch needs exactly one similar pair; use a topology such as Dual or "
                  "Quadruplet, or the CrossSimilarity interaction");
    BranchTensors<T> maps;
    for (std::size_t b = 0; b < maps.size(); ++b) {
      const auto& partner = qk[detail::only_partner<T>(static_cast<int>(b))];
      maps[b] =
          (torch::matmul(qk[b], partner.transpose(1, 2)) / std::sqrt(static_cast<double>(qk[b].size(2)))).softmax(-1);
    }
    return maps;
  }

  template <TopologyShape T>
  static torch::Tensor attend(const BranchTensors<T>& maps, const BranchTensors<T>& values, std::size_t b) {
    return torch::matmul(maps[b], values[detail::only_partner<T>(static_cast<int>(b))]);
  }
};

}  // namespace qcs
