// SPDX-License-Identifier: MIT
#pragma once
#include <fmt/format.h>
inline auto borrowed(const int (&numbers)[2]) { return fmt::format("{}", fmt::join(numbers, " ")); }
