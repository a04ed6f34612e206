// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace qcs {

/// How fast a run goes at present: an exponentially weighted mean over about the last fifty steps.
class Pace {
 public:
  /// The next step follows a break (an evaluation, a checkpoint), so the time before it says nothing.
  void pause() { running_ = false; }

  /// A step of `images` images ended at `seconds`, counted from anywhere.
  void add(double seconds, std::int64_t images) {
    if (running_) {
      time_ = kKeep * time_ + (seconds - last_);
      images_ = kKeep * images_ + static_cast<double>(images);
      steps_ = kKeep * steps_ + 1;
    }
    last_ = seconds;
    running_ = true;
  }

  /// False until two steps have followed one another in measurable time; the rates are 0 till then.
  bool known() const { return time_ > 0; }
  double images_per_second() const { return known() ? images_ / time_ : 0; }
  double seconds_per_step() const { return known() ? time_ / steps_ : 0; }

 private:
  static constexpr double kKeep = .98;

  double time_ = 0, images_ = 0, steps_ = 0, last_ = 0;
  bool running_ = false;
};

}  // namespace qcs
