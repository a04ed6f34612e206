// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <qcs/report/console/progress.hpp>
#include <string>
#include <utility>

namespace qcs {

/// Shows on a terminal how far a count is, at most ten times a second, and wipes that when the count is complete or
/// this object goes: "images [====>     ] 1200/3000 200/s 9s left". Fits where a ProgressCallback is asked for. A count
/// that starts over, as for a second list, gets a clock of its own.
class CountProgress {
 public:
  /// @param what stands before the bar: "images", "opening"
  /// @param line where it is drawn; standard output if that is a terminal
  explicit CountProgress(std::string what, ProgressLine line = {}) : what_(std::move(what)), line_(line) {}

  /// An exception may end the count early; its message shall not stand behind the bar.
  ~CountProgress() { line_.clear(); }
  CountProgress(const CountProgress&) = default;
  CountProgress& operator=(const CountProgress&) = default;

  /// Calls come one at a time, with `done` rising from 1 to `total`, or without an end where `total` is 0.
  void operator()(std::size_t done, std::size_t total) {
    const auto now = Clock::now();
    // What came before the first image was other work, and would make for a wrong estimate.
    if (done_ == 0 || done <= done_) {
      first_ = done;
      start_ = shown_ = now;
    }
    done_ = done;
    if (total > 0 && done >= total) return line_.clear();
    if (now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const double rate = static_cast<double>(done - first_) / std::chrono::duration<double>(now - start_).count();
    if (total == 0) return line_.show(fmt::format("{} {} {:.3g}/s", what_, done, rate));
    line_.show(fmt::format("{} {} {}/{} {:.3g}/s {} left", what_,
                           format_bar(static_cast<double>(done) / static_cast<double>(total), 30), done, total, rate,
                           format_duration(static_cast<double>(total - done) / rate)));
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  ProgressLine line_;
  Clock::time_point start_{}, shown_{};
  std::size_t first_ = 0, done_ = 0;
};

}  // namespace qcs
