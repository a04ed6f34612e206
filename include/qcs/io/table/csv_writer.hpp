// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

namespace qcs {

/// A cell of a CSV file, quoted where it must be (RFC 4180).
inline std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// The shortest text that reads back as the same number; "nan" for all that is not finite.
inline std::string csv_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "nan"; }

/// Reads the rows of a CSV file (RFC 4180, lines may end in \n alone) one after the other.
class CsvReader {
 public:
  /// Throws DataError if the file cannot be read.
  explicit CsvReader(const std::filesystem::path& path) : path_(path) {
    std::ifstream file(path, std::ios::binary);
    if (file) text_.assign(std::istreambuf_iterator<char>(file), {});
    if (!file) throw DataError(fmt::format("{}: cannot be read", path.string()));
  }

  /// Moves to the next row; false after the last one. Throws DataError if a cell is quoted wrongly.
  bool next() {
    cells_.clear();
    row_ = line_;
    while (at_ < text_.size()) {
      read_cell();
      if (at_ == text_.size()) break;
      whole_ = text_[at_++] == '\n';
      if (!whole_) {
        if (at_ == text_.size()) cells_.emplace_back();
        continue;
      }
      ++line_;
      return true;
    }
    whole_ = false;
    return !cells_.empty();
  }

  const std::vector<std::string>& cells() const { return cells_; }

  /// False for a last row without a line end: it may have been cut short.
  bool whole() const { return whole_; }

  /// The number in a cell of this row. Throws DataError if it is none.
  template <class T>
  T number(std::size_t column) const {
    const std::string& cell = cells_.at(column);
    T value{};
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size())
      fail(fmt::format("`{}` is no {}", cell, std::is_integral_v<T> ? "whole number" : "number"));
    return value;
  }

  /// Throws DataError that names the file and the line on which this row starts.
  [[noreturn]] void fail(std::string_view why) const {
    throw DataError(fmt::format("{}:{}: {}", path_.string(), row_, why));
  }

 private:
  void read_cell() {
    std::string& cell = cells_.emplace_back();
    if (text_[at_] == '"') {
      for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"' && (++at_ == text_.size() || text_[at_] != '"')) break;
        line_ += text_[at_] == '\n' ? 1 : 0;
        cell += text_[at_];
      }
    } else {
      const auto end = std::min(text_.find_first_of(",\n\"", at_), text_.size());
      cell = text_.substr(at_, end - at_);
      if (end < text_.size() && text_[end] == '\n' && cell.ends_with('\r')) cell.pop_back();
      at_ = end;
    }
    if (text_.compare(at_, 2, "\r\n") == 0) ++at_;
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n') fail("a quote in the wrong place");
  }

  std::filesystem::path path_;
  std::string text_;
  std::vector<std::string> cells_;
  std::size_t at_ = 0;
  int line_ = 1, row_ = 1;
  bool whole_ = false;
};

}  // namespace qcs
