// expect: qcs topology: list at least two branches in kBranches, the anchor .role 0. first
// SPDX-License-Identifier: MIT
#include <qcs/topology/rules.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
#ifdef QCS_TWIN
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"negative", 1}};
#else
  static constexpr std::array kBranches{qcs::Branch{"negative", 1}, qcs::Branch{"anchor", 0}};
#endif
  static constexpr std::array<qcs::Pair, 0> kSimilar{};
  static constexpr std::array kDissimilar{qcs::Pair{0, 1}};
};

template struct qcs::CheckedTopology<Custom>;
