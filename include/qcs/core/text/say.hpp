// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <iostream>
#include <qcs/core/text/terminal_text.hpp>
#include <utility>

namespace qcs {

/// fmt::print for those whose result is their files: what standard output does not take, on a full disk or a pipe that
/// nobody reads, is left out.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
  std::cout << terminal_text(fmt::format(format, std::forward<Args>(args)...)) << std::flush;
}

}  // namespace qcs
