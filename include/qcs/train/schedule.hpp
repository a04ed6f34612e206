// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

namespace qcs {

/// Learning rate that falls by a constant factor per epoch (Wang et al., AAAI 2025: gamma .98).
struct ExponentialSchedule {
  double initial;
  double gamma = .98;

  /// Rate of epoch `epoch`, counted from 0.
  double rate(int epoch) const { return initial * std::pow(gamma, epoch); }
};

}  // namespace qcs
