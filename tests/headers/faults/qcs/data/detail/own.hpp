// SPDX-License-Identifier: MIT
#pragma once
namespace qcs::detail {
int own();
}
