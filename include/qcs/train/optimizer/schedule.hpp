// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <qcs/core/enum_names.hpp>
#include <string_view>

namespace qcs {

/// How the learning rate falls over a run.
enum class ScheduleKind {
  kExponential,  ///< by a constant factor per epoch, as published
  kCosine,       ///< half a cosine wave to 0 (Loshchilov and Hutter, ICLR 2017), step by step
  kConstant,
};

template <>
struct EnumNames<ScheduleKind> {
  static constexpr std::string_view kWhat = "schedule";
  static constexpr std::array<std::string_view, 3> kNames{"exponential", "cosine", "constant"};
};

/// Learning rate over a run, as a factor on the initial one. The default is the published schedule (Wang et al., AAAI
/// 2025: gamma .98, no warm-up).
struct Schedule {
  ScheduleKind kind = ScheduleKind::kExponential;
  double gamma = .98;        ///< of kExponential
  double warmup_epochs = 0;  ///< the rate rises linearly from 0 for so long, on top of what `kind` says

  /// Factor of a step in epoch `epoch` of `epochs`, both counted from 0. `before` and `after` are the shares of that
  /// epoch, 0..1, that lie behind when the step begins and ends.
  double factor(int epoch, double before, double after, int epochs) const {
    const double rising = warmup_epochs > 0 ? std::min(1., (epoch + after) / warmup_epochs) : 1;
    switch (kind) {
      case ScheduleKind::kExponential:
        return rising * std::pow(gamma, epoch);
      case ScheduleKind::kCosine: {
        const double part = std::max(0., epoch + before - warmup_epochs) / std::max(1e-9, epochs - warmup_epochs);
        return rising * .5 * (1 + std::cos(std::numbers::pi * std::min(1., part)));
      }
      case ScheduleKind::kConstant:
        return rising;
    }
    return rising;
  }
};

}  // namespace qcs
