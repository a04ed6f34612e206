// SPDX-License-Identifier: MIT
#include "all_headers.hpp"

const char* second_version() { return qcs::kVersion; }
