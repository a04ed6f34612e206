// SPDX-License-Identifier: MIT
// With odr_second.cpp: two translation units that include every header link into one program.
#include "all_headers.hpp"

const char* second_version();

int main() {
  const bool same = second_version() == qcs::kVersion;  // an inline variable has one address in the program
  return same ? 0 : 1;
}
