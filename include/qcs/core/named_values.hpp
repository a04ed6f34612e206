// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// Names and printed values, in the order in which people shall read them.
using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// The value called `name`; null if there is none.
inline const std::string* find_value(const NamedValues& values, std::string_view name) {
  for (const auto& [known, value] : values)
    if (known == name) return &value;
  return nullptr;
}

}  // namespace qcs
