// expect: qcs topology: number the roles 0, 1, 2, [.][.][.] without a gap
// SPDX-License-Identifier: MIT
#include <qcs/topology/rules.hpp>

#ifdef QCS_TWIN
inline constexpr int kNegativeRole = 1;
#else
inline constexpr int kNegativeRole = 2;
#endif

struct Custom {
  static constexpr std::string_view kName = "custom";
  static constexpr std::array kBranches{qcs::Branch{"anchor", 0}, qcs::Branch{"negative", kNegativeRole}};
  static constexpr std::array<qcs::Pair, 0> kSimilar{};
  static constexpr std::array kDissimilar{qcs::Pair{0, 1}};
};

template struct qcs::CheckedTopology<Custom>;
