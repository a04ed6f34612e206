// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/io/table/fields.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace qcs {

/// Reads a text file line by line like LineReader, but without the blank lines that end it. Other blank lines come as
/// empty ones.
class RowReader {
 public:
  /// Throws DataError if the file cannot be opened; `what` names its kind in the message.
  RowReader(const std::filesystem::path& file, std::string_view what) : reader_(file, what) {}

  bool next(std::string& line) {
    while (!filled_) {
      if (!reader_.next(ahead_)) return false;
      filled_ = !without_blanks(ahead_).empty();
      if (!filled_) ++blank_;
    }
    ++number_;
    if (blank_ > 0) {
      --blank_;
      line.clear();
    } else {
      std::swap(line, ahead_);
      filled_ = false;
    }
    return true;
  }

  /// Number of the line that next() gave last, from 1.
  std::size_t number() const { return number_; }

 private:
  LineReader reader_;
  std::string ahead_;      ///< the last line read
  bool filled_ = false;    ///< whether that line is still to be given, being no blank one
  std::size_t blank_ = 0;  ///< blank lines to be given before it
  std::size_t number_ = 0;
};

}  // namespace qcs
