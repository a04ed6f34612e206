// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <array>
#include <string>

namespace qcs {

/// This machine's name in its network, "?" where the system does not tell.
inline std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

}  // namespace qcs
