// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/core/text/utf8.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace qcs {

/// Reads a file of class names, one a line in the order of the labels, as `prepare` writes it beside lists. Blanks
/// around a name, a byte order mark, line ends of any system and blank lines at the end are accepted. Throws DataError
/// if the file is missing or holds no name, and otherwise once for all faults with file and line: other blank lines,
/// names that come twice, are no UTF-8 or have control characters.
inline std::vector<std::string> read_class_names(const std::filesystem::path& file) {
  LineReader reader(file, "file of class names");
  FaultList faults(file.string());
  std::vector<std::string> names;
  std::vector<std::size_t> blank;
  std::map<std::string, std::size_t> lines;
  for (std::string line; reader.next(line);) {
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) {
      blank.push_back(reader.number());
      continue;
    }
    for (const std::size_t number : blank) faults.add(number, "blank line, expected a class name");
    blank.clear();
    const std::string name = line.substr(first, line.find_last_not_of(" \t") - first + 1);
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    if (!is_utf8(name))
      faults.add(reader.number(), fmt::format("`{}` is not UTF-8", name));
    else if (std::any_of(name.begin(), name.end(), is_control))
      faults.add(reader.number(), "a control character in a class name");
    else if (const auto [earlier, is_new] = lines.emplace(name, reader.number()); !is_new)
      faults.add(reader.number(), fmt::format("`{}` is already in line {}", name, earlier->second));
    names.push_back(name);
  }
  faults.throw_if_any();
  if (names.empty()) throw DataError(fmt::format("{}: there is no class name in this file", file.string()));
  return names;
}

namespace detail {

/// What may stand before `_classes.txt` for a list, the most specific first: the list's name without its extension, and
/// again without what follows its last `_` or `-`, and so on. A part `-clsN` joins the data set's name, as in
/// `affectnet8_classes.txt` for `affectnet_training-cls8-v7.txt`.
inline std::vector<std::string> data_set_names(std::string_view list) {
  const std::string whole = std::filesystem::path(list).stem().string();
  std::string number;
  if (const auto at = whole.find("-cls"); at != std::string::npos)
    number = whole.substr(at + 4, whole.find_first_not_of("0123456789", at + 4) - at - 4);
  std::vector<std::string> names;
  for (std::string name = whole;;) {
    if (!number.empty()) names.push_back(name + number);
    names.push_back(name);
    const auto cut = name.find_last_of("_-");
    if (cut == std::string::npos || cut == 0) return names;
    name.resize(cut);
  }
}

}  // namespace detail

/// The file that names the classes of a list, beside it: NAME_classes.txt of its data set (see detail::data_set_names),
/// else classes.txt; nothing if there is neither.
inline std::optional<std::filesystem::path> find_class_names(const std::filesystem::path& list) {
  std::error_code error;
  for (const std::string& name : detail::data_set_names(list.filename().string()))
    if (auto file = list.parent_path() / (name + "_classes.txt"); std::filesystem::exists(file, error)) return file;
  if (auto file = list.parent_path() / "classes.txt"; std::filesystem::exists(file, error)) return file;
  return std::nullopt;
}

}  // namespace qcs
