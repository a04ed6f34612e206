// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/topology/rules.hpp>

namespace qcs {

/// Three classes, two images each: what QCS does for two. Each class has its similar pair, and first and second images
/// of all classes are compared with each other. Not in the paper; one and a half times QCS's cost.
struct Sextuplet {
  static constexpr std::string_view kName = "SCS";
  static constexpr std::array kBranches{Branch{"anchor", 0},    Branch{"positive", 0}, Branch{"negative", 1},
                                        Branch{"negative2", 1}, Branch{"other", 2},    Branch{"other2", 2}};
  static constexpr std::array kSimilar{Pair{0, 1}, Pair{2, 3}, Pair{4, 5}};
  static constexpr std::array kDissimilar{Pair{0, 2}, Pair{2, 4}, Pair{4, 0}, Pair{1, 3}, Pair{3, 5}, Pair{5, 1}};
};
static_assert(BranchTopology<Sextuplet>);

}  // namespace qcs
