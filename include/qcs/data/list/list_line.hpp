// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/text/text_lines.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// One `name label` line of a list file.
struct ListLine {
  std::string_view name;
  int label = 0;
};

/// Splits a line at its last space, or says what is wrong with it. Labels go from `first` to `last`.
inline std::optional<std::string> parse_list_line(std::string_view text, int first, int last, ListLine& result) {
  const std::size_t space = text.rfind(' ');
  const std::string_view name = text.substr(0, space == std::string_view::npos ? 0 : space);
  if (name.empty() || name.front() == ' ' || name.back() == ' ' || space + 1 == text.size())
    return fmt::format("expected `name label`, found `{}`", text);
  const auto label = parse_whole_number(text.substr(space + 1));
  if (!label) return fmt::format("`{}` is not a label", text.substr(space + 1));
  if (*label < first || *label > last) return fmt::format("label {} is not within {}..{}", *label, first, last);
  result = {name, *label};
  return std::nullopt;
}

/// Calls `on_line(number, text)` for every line of a list and `on_blank(number)` for blank ones, but not for those that
/// end the file. Returns how many lines were not blank. Throws DataError if the file cannot be opened; `what` names its
/// kind.
std::size_t for_each_list_line(const std::filesystem::path& file, std::string_view what, const auto& on_line,
                               const auto& on_blank) {
  LineReader reader(file, what);
  std::string line;
  std::vector<std::size_t> blank;
  std::size_t filled = 0;
  while (reader.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos) {
      blank.push_back(reader.number());
      continue;
    }
    // Only now is it known that the blank lines before this one are not the end of the file.
    for (const std::size_t number : blank) on_blank(number);
    blank.clear();
    on_line(reader.number(), std::string_view(line));
    ++filled;
  }
  return filled;
}

/// Whether a relative name has neither empty nor `.` nor `..` parts: then it is the only name of its file below the
/// root.
inline bool is_normal_name(std::string_view name) {
  for (;;) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

/// One name for one file: `name` without `.` and empty parts. Nothing if it leads out of its folder.
inline std::optional<std::string> normal_name(std::string_view name) {
  // Taking a path apart costs more than all else that is done for a line, and few names need it.
  if (is_normal_name(name)) return std::string(name);
  const std::filesystem::path path(name);
  if (path.is_absolute()) return std::nullopt;
  for (const auto& part : path)
    if (part == "..") return std::nullopt;
  return path.lexically_normal().string();
}

}  // namespace qcs
