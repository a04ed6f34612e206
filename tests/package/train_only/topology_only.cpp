// SPDX-License-Identifier: MIT
#include <qcs/topology.hpp>

static_assert(qcs::branch_count<qcs::Quadruplet> == 4 && qcs::role_count<qcs::Quadruplet> == 2);

int main() {}
