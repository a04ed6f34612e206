// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/topology/rules.hpp>

namespace qcs {

/// QCS: two images of the anchor's class and two of another class (Wang et al., AAAI 2025).
struct Quadruplet {
  static constexpr std::string_view kName = "QCS";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"positive", 0}, Branch{"negative", 1},
                                        Branch{"negative2", 1}};
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{2, 3}};
  static constexpr std::array kDissimilar{Pair{0, 2}, Pair{1, 3}};
};
static_assert(BranchTopology<Quadruplet>);

/// QCS-S, the ablation that keeps only QCS's similar pairs.
struct QuadrupletSimilar {
  static constexpr std::string_view kName = "QCS-S";
  static constexpr auto kBranches = Quadruplet::kBranches;
  static constexpr auto kSimilar = Quadruplet::kSimilar;
  static constexpr std::array<Pair, 0> kDissimilar{};
};
static_assert(BranchTopology<QuadrupletSimilar>);

/// QCS-D, the ablation that keeps only QCS's dissimilar pairs.
struct QuadrupletDissimilar {
  static constexpr std::string_view kName = "QCS-D";
  static constexpr auto kBranches = Quadruplet::kBranches;
  static constexpr std::array<Pair, 0> kSimilar{};
  static constexpr auto kDissimilar = Quadruplet::kDissimilar;
};
static_assert(BranchTopology<QuadrupletDissimilar>);

}  // namespace qcs
