// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/text/utf8.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// Text that cannot steer a terminal, whatever names are in it: control characters but line ends, and bytes that are no
/// UTF-8, become `\xHH`.
inline std::string terminal_text(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const auto length = utf8_length(text);
    const bool control = (first < ' ' && first != '\n') || first == 0x7F ||
                         (length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0);
    if (length == 0 || control) {
      for (const char c : text.substr(0, length == 0 ? 1 : length))
        safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      text.remove_prefix(length == 0 ? 1 : length);
    } else {
      safe += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return safe;
}

}  // namespace qcs
