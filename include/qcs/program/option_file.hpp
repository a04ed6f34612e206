// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <qcs/program/process.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::program {

/// A line of a file of options that holds any value, a path with a `#` or a line end among them: in double quotes, with
/// a backslash before a quote or backslash.
inline std::string option_line(std::string_view name, const auto& value) {
  std::ostringstream line;
  line << name << " = " << std::quoted(fmt::format("{}", value)) << '\n';
  return line.str();
}

/// A file of options: the values in quotes, and all other lines as they are. Those are for Boost, to which `#` begins a
/// comment wherever it stands.
struct OptionFile {
  std::vector<std::pair<std::string, std::string>> quoted;  ///< names and values
  std::string others;
};

namespace detail {

/// Whether a text that begins with a quote has the one that closes it.
inline bool is_closed(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i)
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return true;
  return false;
}

/// Takes a line `option = "value"`, and those of `rest` where the value goes on there. False for any other line. Throws
/// UsageError.
inline bool read_quoted(const std::string& line, std::istream& rest, OptionFile& file) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto equals = line.find('=');
  if (equals == std::string::npos) return false;
  const auto quote = line.find_first_not_of(kBlanks, equals + 1), begin = line.find_first_not_of(kBlanks);
  if (quote == std::string::npos || line[quote] != '"' || begin == equals || line.find('#') < equals) return false;
  const auto name = line.substr(begin, line.find_last_not_of(kBlanks, equals - 1) + 1 - begin);
  std::string text = line.substr(quote);
  for (std::string more; !is_closed(text); text += '\n' + more)
    if (!std::getline(rest, more)) throw UsageError(fmt::format("the value of `{}` lacks its closing quote", name));
  std::istringstream in(text);
  std::string value, behind;
  in >> std::quoted(value);
  std::getline(in, behind);
  const auto stray = behind.find_first_not_of(kBlanks);
  if (stray != std::string::npos && behind[stray] != '#')
    throw UsageError(fmt::format("`{}` stands behind the quoted value of `{}`", behind.substr(stray), name));
  file.quoted.emplace_back(name, value);
  return true;
}

}  // namespace detail

/// Reads a file of options. Throws UsageError: it cannot be read, or a quote is in the wrong place.
inline OptionFile read_option_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path))
    throw UsageError(fmt::format("cannot read the config file {}", path.string()));
  OptionFile file;
  try {
    for (std::string line; std::getline(in, line);)
      if (!detail::read_quoted(line, in, file)) file.others += line + '\n';
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}: {}", path.string(), error.what()));
  }
  return file;
}

}  // namespace qcs::program
