// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/core/file/file_content.hpp>

namespace qcs {

/// The whole of `text` as a decimal number, or nothing.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The whole of `text` as a whole number, blanks around it aside, also with a plus sign or as tables of floats have it:
/// `3`, ` 3`, `+3`, `3.0`, `3.000e+00`. Nothing for anything else.
inline std::optional<int> parse_whole_number(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  if (const auto whole = parse_number<int>(text)) return whole;
  const auto value = parse_number<double>(text);
  // Also false for nan.
  if (!value || !(std::abs(*value) <= std::numeric_limits<int>::max()) || *value != std::trunc(*value))
    return std::nullopt;
  return static_cast<int>(*value);
}

/// Whether `text` is a number of any kind, as `2.5`, `nan` and `-inf` are.
inline bool is_number(std::string_view text) { return parse_whole_number(text) || parse_number<double>(text); }

/// Why a file that starts like this is no text in UTF-8, or nothing.
inline std::optional<std::string> why_no_utf8(std::string_view start) {
  using namespace std::string_view_literals;
  const auto in = [](std::string_view encoding) { return fmt::format("is in {}; save it as UTF-8", encoding); };
  if (start.starts_with("\xFF\xFE\0\0"sv) || start.starts_with("\0\0\xFE\xFF"sv)) return in("UTF-32");
  if (start.starts_with("\xFF\xFE")) return in("UTF-16 (little-endian)");
  if (start.starts_with("\xFE\xFF")) return in("UTF-16 (big-endian)");
  std::size_t zeros[2]{};
  for (std::size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == '\0' ? 1U : 0U;
  const bool many = 3 * (zeros[0] + zeros[1]) > start.size() && start.size() > 3;
  if (many && zeros[1] > 4 * zeros[0]) return in("UTF-16 (little-endian)");
  if (many && zeros[0] > 4 * zeros[1]) return in("UTF-16 (big-endian)");
  if (const auto other = other_format(start); !other.empty()) return fmt::format("is {}, not text", other);
  if (const auto image = image_format(start); (image == "JPEG" || image == "PNG") || start.starts_with("GIF8"))
    return fmt::format("is a {} image, not text", image);
  return std::nullopt;
}

/// Reads a text file line by line, without the byte order mark and carriage returns that other systems' editors add.
class LineReader {
 public:
  /// Throws DataError if the file cannot be opened or is no text in UTF-8; `what` names its kind in the message.
  LineReader(const std::filesystem::path& file, std::string_view what) : stream_(file, std::ios::binary) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error) || !stream_)
      throw DataError(fmt::format("{}: cannot open this {}", file.string(), what));
    std::string start(kStart, '\0');
    stream_.read(start.data(), kStart);
    start.resize(static_cast<std::size_t>(stream_.gcount()));
    if (const auto why = why_no_utf8(start)) throw DataError(fmt::format("{}: this {} {}", file.string(), what, *why));
    // Carriage returns alone end the lines of old Macintosh files.
    if (start.find('\n') == std::string::npos && start.find('\r') != std::string::npos) line_end_ = '\r';
    stream_.clear();
    stream_.seekg(0);
  }

  bool next(std::string& line) {
    if (!std::getline(stream_, line, line_end_)) return false;
    if (number_++ == 0 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    return true;
  }

  /// Number of the line read last, from 1.
  std::size_t number() const { return number_; }

 private:
  static constexpr std::streamsize kStart = 65536;

  std::ifstream stream_;
  char line_end_ = '\n';
  std::size_t number_ = 0;
};

}  // namespace qcs
