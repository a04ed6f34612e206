// expect: qcs topology: a dissimilar pair joins branches of one role
// SPDX-License-Identifier: MIT
#include <qcs/topology/rules.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"positive", 0}};
#ifdef QCS_TWIN
  static constexpr std::array kSimilar{qcs::Pair{0, 1}};
  static constexpr std::array<qcs::Pair, 0> kDissimilar{};
#else
  static constexpr std::array<qcs::Pair, 0> kSimilar{};
  static constexpr std::array kDissimilar{qcs::Pair{0, 1}};
#endif
};

template struct qcs::CheckedTopology<Custom>;
