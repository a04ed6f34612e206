// SPDX-License-Identifier: MIT
#pragma once

// CMakeLists.txt reads the version from these three lines.
#define QCS_VERSION_MAJOR 0
#define QCS_VERSION_MINOR 2
#define QCS_VERSION_PATCH 0

namespace qcs {

/// Version of the library, "major.minor.patch".
inline constexpr const char* kVersion = "0.2.0";

}  // namespace qcs
