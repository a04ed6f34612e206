// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <qcs/core/error.hpp>

namespace qcs {

/// Gathers the faults of one file, so that its reader can report all of them at once.
class FaultList {
 public:
  explicit FaultList(std::string file) : file_(std::move(file)) {}

  void add(std::size_t line, std::string_view what) {
    if (++count_ <= kShown) text_ += fmt::format("\n{}:{}: {}", file_, line, what);
  }

  std::size_t count() const { return count_; }

  /// Throws DataError if there was any: a first line with their number, then one line for each of the
  /// first 20.
  void throw_if_any() const {
    if (count_ == 0) return;
    std::string message = fmt::format("{}: {} {}{}", file_, count_, count_ == 1 ? "fault" : "faults", text_);
    if (count_ > kShown) message += fmt::format("\nand {} more", count_ - kShown);
    throw DataError(message);
  }

 private:
  static constexpr std::size_t kShown = 20;

  std::string file_;
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace qcs
