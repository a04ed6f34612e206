// expect: qcs topology: give it `kName`, a std::string_view, `kBranches`, a std::array of qcs::Branch
// SPDX-License-Identifier: MIT
#include <qcs/topology/rules.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"positive", 0}};
  static constexpr std::array kSimilar{qcs::Pair{0, 1}};
#ifdef QCS_TWIN
  static constexpr std::array<qcs::Pair, 0> kDissimilar{};
#endif
};

template struct qcs::CheckedTopology<Custom>;
