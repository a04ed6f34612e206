// expect: qcs list: two types are called the same
// SPDX-License-Identifier: MIT
#include <qcs/presets/topologies.hpp>

struct Mine : qcs::Quadruplet {
#ifdef QCS_TWIN
  static constexpr std::string_view kName = "mine";
#endif
};

const bool known = qcs::Topologies<qcs::Dual, Mine, qcs::Quadruplet>::contains("QCS");
