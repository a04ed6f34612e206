// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <qcs/core/error.hpp>

namespace qcs::detail {

/// The whole of `text` as a decimal number, or nothing.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Reads a text file line by line, without the byte order mark and carriage returns that other systems'
/// editors add.
class LineReader {
 public:
  /// Throws DataError if the file cannot be opened; `what` names its kind in the message.
  LineReader(const std::filesystem::path& file, std::string_view what) : stream_(file, std::ios::binary) {
    if (!std::filesystem::is_regular_file(file) || !stream_)
      throw DataError(fmt::format("{}: cannot open this {}", file.string(), what));
  }

  bool next(std::string& line) {
    if (!std::getline(stream_, line)) return false;
    if (number_++ == 0 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    return true;
  }

  /// Number of the line read last, from 1.
  std::size_t number() const { return number_; }

 private:
  std::ifstream stream_;
  std::size_t number_ = 0;
};

}  // namespace qcs::detail
