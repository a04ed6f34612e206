// SPDX-License-Identifier: MIT
#pragma once

namespace qcs {

/// Mean of values that arrive one batch at a time, each weighted by the number of samples it stands for.
class RunningMean {
 public:
  RunningMean() = default;

  /// Goes on where another one, of that sum() and weight(), stood.
  RunningMean(double sum, double weight) : sum_(sum), weight_(weight) {}

  /// Takes in the mean `value` of `weight` samples.
  void add(double value, double weight = 1) {
    sum_ += value * weight;
    weight_ += weight;
  }

  /// Weighted mean of what was added since construction or reset(); 0 when the weights sum to 0.
  double value() const { return weight_ == 0 ? 0.0 : sum_ / weight_; }

  /// Sum of the values, each times its weight.
  double sum() const { return sum_; }

  /// Sum of the weights.
  double weight() const { return weight_; }

  void reset() { *this = {}; }

 private:
  double sum_ = 0;
  double weight_ = 0;
};

}  // namespace qcs
