// SPDX-License-Identifier: MIT
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <ostream>
#include <string>

namespace qcs {

/// A time span for people: "0s", "45s", "12m03s", "2h05m", "3d04h".
inline std::string format_duration(double seconds) {
  const auto whole = std::llround(std::max(0.0, seconds));
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
  return fmt::format("{}d{:02}h", whole / 86400, whole / 3600 % 24);
}

/// A bar of `cells` characters between brackets, `share` (0..1) of it filled: "[====>     ]".
inline std::string format_bar(double share, int cells) {
  const int filled = static_cast<int>(std::clamp(share, 0.0, 1.0) * cells);
  std::string bar(static_cast<std::size_t>(filled), '=');
  if (filled < cells) bar += '>';
  bar.resize(static_cast<std::size_t>(cells), ' ');
  return '[' + bar + ']';
}

/// Columns of the terminal behind a file descriptor: 0 when it is not a terminal, 80 when it does not tell.
inline int terminal_width(int descriptor) {
  if (isatty(descriptor) == 0) return 0;
  winsize size{};
  const bool known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

/// Text output with one line at its end that can be drawn again and again.
class ProgressLine {
 public:
  /// Standard output, live when it is a terminal.
  ProgressLine() : ProgressLine(std::cout, terminal_width(STDOUT_FILENO)) { descriptor_ = STDOUT_FILENO; }

  /// @param out outlives this object
  /// @param width columns of the live line; 0: there is none and show() does nothing
  ProgressLine(std::ostream& out, int width) : out_(&out), width_(width) {}

  bool live() const { return width_ > 0; }

  /// Columns the live line has now; follows a terminal that is resized.
  int width() {
    if (live() && descriptor_ >= 0) width_ = std::max(20, terminal_width(descriptor_));
    return width_;
  }

  /// Draws the live line anew, cut to the terminal's width. `text` is ASCII.
  void show(const std::string& text) {
    if (!live()) return;
    *out_ << "\r\033[K" << text.substr(0, static_cast<std::size_t>(width() - 1)) << std::flush;
    drawn_ = true;
  }

  /// Prints a line that stays, in place of the live one.
  void print(const std::string& text) {
    clear();
    *out_ << text << '\n' << std::flush;
  }

  /// Wipes the live line.
  void clear() {
    if (drawn_) *out_ << "\r\033[K" << std::flush;
    drawn_ = false;
  }

 private:
  std::ostream* out_;
  int width_;
  int descriptor_ = -1;
  bool drawn_ = false;
};

}  // namespace qcs
