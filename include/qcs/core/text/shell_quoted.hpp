// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

namespace qcs {

/// A path as an argument that can be pasted into a POSIX shell: as it is where nothing in it means anything there, else
/// in single quotes, or in bash's $'...' where it holds control characters, so that it stays one line. One that would
/// pass for an option begins with "./".
inline std::string shell_quoted(const std::filesystem::path& path) {
  std::string text = path.string();
  if (text.starts_with('-')) text.insert(0, "./");
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
  };
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; };
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return text;
  const bool escapes = std::ranges::any_of(text, is_control);
  std::string quoted = escapes ? "$'" : "'";
  for (const char c : text)
    if (escapes && is_control(c))
      quoted += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    else if (escapes && (c == '\'' || c == '\\'))
      quoted += {'\\', c};
    else if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  return quoted + '\'';
}

}  // namespace qcs
