// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/topology/rules.hpp>

namespace qcs {

/// Anchor, positive and one negative: not in the paper; three quarters of QCS's cost with both kinds of pairs.
struct Triplet {
  static constexpr std::string_view kName = "TCS";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"positive", 0}, Branch{"negative", 1}};
  static constexpr std::array kSimilar{Pair{0, 1}};
  static constexpr std::array kDissimilar{Pair{0, 2}};
};
static_assert(BranchTopology<Triplet>);

}  // namespace qcs
