// expect: qcs topology: a branch without an edge never meets another one
// SPDX-License-Identifier: MIT
#include <qcs/presets/topologies.hpp>

struct Lonely {
  static constexpr std::string_view kName = "lonely";
  static constexpr auto kBranches = qcs::Quadruplet::kBranches;
#ifdef QCS_TWIN
  static constexpr auto kSimilar = qcs::Quadruplet::kSimilar;
#else
  static constexpr std::array kSimilar{qcs::Pair{0, 1}};
#endif
  static constexpr std::array<qcs::Pair, 0> kDissimilar{};
};

const bool known = qcs::Topologies<qcs::Dual, Lonely>::contains("lonely");
