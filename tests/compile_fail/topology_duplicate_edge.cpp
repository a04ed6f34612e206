// expect: qcs topology: a duplicate edge lists the same two branches twice
// SPDX-License-Identifier: MIT
#include <qcs/topology/rules.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"positive", 0}};
#ifdef QCS_TWIN
  static constexpr std::array kSimilar{qcs::Pair{0, 1}};
#else
  static constexpr std::array kSimilar{qcs::Pair{0, 1}, qcs::Pair{1, 0}};
#endif
  static constexpr std::array<qcs::Pair, 0> kDissimilar{};
};

template struct qcs::CheckedTopology<Custom>;
