// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>

namespace qcs {

/// The numbers that a setting takes, as a test and as the end of the sentence "the setting must be ...".
struct ValueRange {
  std::function<bool(double)> holds;
  std::string text;
};

inline ValueRange at_least(double low) {
  return {[=](double v) { return v >= low; }, fmt::format("at least {}", low)};
}

inline ValueRange above(double low) {
  return {[=](double v) { return v > low; }, fmt::format("above {}", low)};
}

inline ValueRange within(double low, double high) {
  return {[=](double v) { return v >= low && v <= high; }, fmt::format("within {}..{}", low, high)};
}

/// low <= v < high: what shares and probabilities that must not reach the end take.
inline ValueRange from_to_below(double low, double high) {
  return {[=](double v) { return v >= low && v < high; }, fmt::format("{} to below {}", low, high)};
}

}  // namespace qcs
