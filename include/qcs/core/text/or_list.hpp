// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>

namespace qcs {

/// The items of an indexed range as a choice: `a`, `a or b`, `a, b or c`; nothing of none.
std::string or_list(const auto& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const char* before = i == 0 ? "" : i + 1 == items.size() ? " or " : ", ";
    text += fmt::format("{}{}", before, items[i]);
  }
  return text;
}

}  // namespace qcs
