// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/io/table/fields.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// A table with a header, read row by row: fields between commas, quoted where they hold commas, quotes or line ends
/// (RFC 4180). A byte order mark, Windows line ends and blank lines are taken; a header without any comma may use `;`
/// or tabs.
class CsvTable {
 public:
  /// @param what names the file's kind in messages
  /// @param columns the header of files that come without one: used if the first row has as many fields and none of
  /// them is
  ///     one of these names
  /// Throws DataError if the file cannot be opened, is empty, or has a malformed header.
  CsvTable(const std::filesystem::path& file, std::string_view what, std::vector<std::string> columns = {})
      : file_(file.string()), reader_(file, what) {
    std::string line;
    do {
      if (!reader_.next(line)) throw DataError(fmt::format("{}: this {} is empty", file_, what));
    } while (without_blanks(line).empty());
    if (line.find(',') == std::string::npos) separator_ = line.find(';') != std::string::npos ? ';' : '\t';
    line_ = header_line_ = reader_.number();
    split(line);
    if (fault_) throw DataError(fmt::format("{}:{}: {}", file_, line_, *fault_));
    for (std::string& name : fields_) name = without_blanks(name);
    const auto known = [&](const std::string& name) {
      return std::find(columns.begin(), columns.end(), name) != columns.end();
    };
    if (fields_.size() == columns.size() && std::none_of(fields_.begin(), fields_.end(), known)) {
      header_ = std::move(columns);
      waiting_ = true;
    } else {
      header_ = fields_;
    }
  }

  const std::vector<std::string>& header() const { return header_; }

  /// The line where the header stands, or where it would if it did not come from outside, from 1.
  std::size_t header_line() const { return header_line_; }

  /// Number of the column with this name in the header, if there is one. Throws DataError if there are two.
  std::optional<std::size_t> find(std::string_view name) const {
    const auto found = std::find(header_.begin(), header_.end(), name);
    if (found == header_.end()) return std::nullopt;
    if (std::find(found + 1, header_.end(), name) != header_.end())
      throw DataError(fmt::format("{}:{}: the header has two columns `{}`", file_, header_line_, name));
    return static_cast<std::size_t>(found - header_.begin());
  }

  /// The same for a column that must be there: throws DataError that lists the header.
  std::size_t column(std::string_view name) const {
    if (const auto found = find(name)) return *found;
    throw DataError(fmt::format("{}:{}: expected a column `{}`, found `{}`", file_, header_line_, name,
                                fmt::join(header_, "`, `")));
  }

  /// Moves to the next row; false at the end. A malformed row is a row with a fault.
  bool next() {
    if (waiting_) {
      waiting_ = false;
      return true;
    }
    std::string line;
    do {
      if (!reader_.next(line)) return false;
    } while (without_blanks(line).empty());
    line_ = reader_.number();
    split(line);
    if (!fault_ && fields_.size() != header_.size())
      fault_ = fmt::format("expected {} fields, found {}", header_.size(), fields_.size());
    return true;
  }

  /// What is wrong with the row, if anything. Its fields are only complete without.
  const std::optional<std::string>& fault() const { return fault_; }

  /// The line where the row starts, from 1.
  std::size_t line() const { return line_; }

  const std::string& operator[](std::size_t column) const { return fields_.at(column); }

 private:
  /// Splits a row into fields; reads on while a quoted field has no end.
  void split(std::string& line) {
    fields_.assign(1, {});
    fault_.reset();
    bool quoted = false, was_quoted = false;
    for (std::size_t i = 0;; ++i) {
      if (i == line.size()) {
        if (!quoted) return;
        if (!reader_.next(line)) return void(fault_ = "a quoted field does not end");
        fields_.back() += '\n';
        i = std::size_t(-1);
        continue;
      }
      const char c = line[i];
      if (quoted) {
        if (c != '"')
          fields_.back() += c;
        else if (i + 1 < line.size() && line[i + 1] == '"')
          fields_.back() += line[i++];
        else
          quoted = false;
      } else if (c == separator_) {
        fields_.emplace_back();
        was_quoted = false;
      } else if (was_quoted) {
        fault_ = fmt::format("expected `{}` after a quoted field, found `{}`", separator_, c);
      } else if (c == '"' && fields_.back().empty()) {
        quoted = was_quoted = true;
      } else {
        fields_.back() += c;
      }
    }
  }

  std::string file_;
  LineReader reader_;
  char separator_ = ',';
  std::vector<std::string> header_, fields_;
  std::optional<std::string> fault_;
  std::size_t line_ = 0, header_line_ = 0;
  bool waiting_ = false;  ///< the first row was read in search of a header
};

}  // namespace qcs
