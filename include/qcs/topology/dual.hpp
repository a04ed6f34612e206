// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/topology/rules.hpp>

namespace qcs {

/// DCS: an anchor and a positive of its class (Wang et al., AAAI 2025).
struct Dual {
  static constexpr std::string_view kName = "DCS";
  static constexpr std::array kBranches{Branch{"anchor", 0}, Branch{"positive", 0}};
  static constexpr std::array kSimilar{Pair{0, 1}};
  static constexpr std::array<Pair, 0> kDissimilar{};
};
static_assert(BranchTopology<Dual>);

}  // namespace qcs
