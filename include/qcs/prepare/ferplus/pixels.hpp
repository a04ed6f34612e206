// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/io/table/fields.hpp>
#include <qcs/io/table/row_reader.hpp>
#include <qcs/prepare/ferplus/votes.hpp>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace qcs {

/// Side of FER2013's images, which are grey.
inline constexpr int kFer2013Side = 48;

namespace detail {

/// A field of the pixel file without the quotes that some copies have around it: there is no comma within.
inline std::string_view unquoted(std::string_view field) { return without_blanks(field, " \t\""); }

/// Reads numbers of 0..255 between single spaces; nothing unless they are exactly as many as `pixels` holds.
inline bool parse_pixels(std::string_view text, std::span<std::uint8_t> pixels) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (i > 0 && (at == end || *at++ != ' ')) return false;
    const auto [next, error] = std::from_chars(at, end, pixels[i]);
    if (error != std::errc{}) return false;
    at = next;
  }
  return at == end;
}

}  // namespace detail

/// Kaggle's fer2013.csv, read row by row: the columns `emotion`, `pixels` and `Usage` in any order, and blank
/// lines may end it. Its row i belongs to row i of the votes file.
class Fer2013Pixels {
 public:
  using Pixels = std::array<std::uint8_t, kFer2013Side * kFer2013Side>;

  /// Throws DataError if the file or a column is missing.
  explicit Fer2013Pixels(const std::filesystem::path& file) : file_(file), reader_(file, "FER2013 pixel file") {
    reader_.next(line_);
    const auto names = split_fields(line_);
    const auto column = [&](std::string_view name) {
      const auto found = std::find_if(names.begin(), names.end(), [&](auto n) { return detail::unquoted(n) == name; });
      if (found == names.end())
        throw DataError(fmt::format("{}:1: the header has no column `{}`", file.string(), name));
      return static_cast<std::size_t>(found - names.begin());
    };
    columns_ = names.size();
    pixels_ = column("pixels");
    usage_ = column("Usage");
  }

  /// Moves to the next row; false at the end.
  bool next() { return reader_.next(line_); }

  /// Number of the row's line in the file, from 1.
  std::size_t line() const { return reader_.number(); }

  /// Reads the row into `pixels`, or says what is wrong with it. `split` is the one that the votes file
  /// gives.
  std::optional<std::string> read(FerplusSplit split, Pixels& pixels) const {
    const auto fields = split_fields(line_);
    if (fields.size() != columns_) return fmt::format("expected {} fields, found {}", columns_, fields.size());
    const auto usage = detail::unquoted(fields[usage_]);
    if (detail::ferplus_split(usage) != split)
      return fmt::format("Usage is `{}`, unlike in the same row of the votes file", usage);
    if (!detail::parse_pixels(detail::unquoted(fields[pixels_]), pixels))
      return fmt::format("expected {} numbers of 0..255 between spaces", pixels.size());
    return std::nullopt;
  }

  /// Checks every row against the votes. Throws DataError with all faults by file and line.
  static void check(const std::filesystem::path& file, std::span<const FerplusRow> rows) {
    Fer2013Pixels reader(file);
    FaultList faults(file.string());
    Pixels pixels;
    std::size_t count = 0;
    for (; reader.next(); ++count) {
      if (count >= rows.size()) continue;
      if (const auto fault = reader.read(rows[count].split, pixels)) faults.add(reader.line(), *fault);
    }
    if (count != rows.size())
      faults.add(reader.line(), fmt::format("the file has {} rows, the votes file {}", count, rows.size()));
    faults.throw_if_any();
  }

 private:
  std::filesystem::path file_;
  RowReader reader_;
  std::string line_;
  std::size_t columns_ = 0, pixels_ = 0, usage_ = 0;
};

}  // namespace qcs
