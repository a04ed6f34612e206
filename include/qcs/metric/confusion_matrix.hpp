// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <cstddef>
#include <cstdint>
#include <qcs/core/error.hpp>
#include <vector>

namespace qcs {

/// Counts of (true class, predicted class) pairs and the rates made from them.
///
/// Every rate lies in 0..1, and a rate whose denominator is zero is 0: the recall of a class without samples,
/// the precision of a class never predicted, the accuracy of an empty matrix.
class ConfusionMatrix {
 public:
  /// A matrix of no classes, to be assigned over.
  ConfusionMatrix() = default;

  /// @param classes number of classes, at least 1; anything else throws ConfigError.
  explicit ConfusionMatrix(int classes) : classes_(classes) {
    if (classes < 1) throw ConfigError(fmt::format("a confusion matrix needs at least 1 class, not {}", classes));
    counts_.assign(static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes), 0);
  }

  int classes() const { return classes_; }

  /// Adds `count` samples of class `truth` that were taken for `predicted`; throws DataError when either is
  /// not in 0..classes-1.
  void add(int truth, int predicted, std::int64_t count = 1) { counts_[index(truth, predicted)] += count; }

  /// Number of samples of class `truth` taken for `predicted`; throws like add().
  std::int64_t at(int truth, int predicted) const { return counts_[index(truth, predicted)]; }

  /// Number of all samples.
  std::int64_t total() const;

  /// Number of samples whose true class is `truth` (a row's sum).
  std::int64_t samples(int truth) const;

  /// Number of samples taken for class `predicted` (a column's sum).
  std::int64_t predictions(int predicted) const;

  /// Share of samples that were recognised.
  double accuracy() const;

  /// Share of the class's samples that were recognised.
  double recall(int c) const { return ratio(at(c, c), samples(c)); }

  /// Share of the predictions of the class that were right.
  double precision(int c) const { return ratio(at(c, c), predictions(c)); }

  /// Harmonic mean of precision and recall.
  double f1(int c) const { return ratio(2 * at(c, c), samples(c) + predictions(c)); }

  /// Mean recall over the classes that have samples.
  double mean_class_accuracy() const;

  /// Mean F1 over the classes that occur among the true or the predicted ones.
  double macro_f1() const;

  /// Same number of classes, same counts.
  bool operator==(const ConfusionMatrix&) const = default;

 private:
  static double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  }

  std::size_t index(int truth, int predicted) const {
    if (truth < 0 || truth >= classes_ || predicted < 0 || predicted >= classes_) {
      throw DataError(fmt::format("classes are 0..{}: true {}, predicted {}", classes_ - 1, truth, predicted));
    }
    return static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes_) + static_cast<std::size_t>(predicted);
  }

  int classes_ = 0;
  std::vector<std::int64_t> counts_;
};

inline std::int64_t ConfusionMatrix::total() const {
  std::int64_t sum = 0;
  for (std::int64_t count : counts_) sum += count;
  return sum;
}

inline std::int64_t ConfusionMatrix::samples(int truth) const {
  std::int64_t sum = 0;
  for (int c = 0; c < classes_; ++c) sum += at(truth, c);
  return sum;
}

inline std::int64_t ConfusionMatrix::predictions(int predicted) const {
  std::int64_t sum = 0;
  for (int c = 0; c < classes_; ++c) sum += at(c, predicted);
  return sum;
}

inline double ConfusionMatrix::accuracy() const {
  std::int64_t right = 0;
  for (int c = 0; c < classes_; ++c) right += at(c, c);
  return ratio(right, total());
}

inline double ConfusionMatrix::mean_class_accuracy() const {
  double sum = 0;
  int present = 0;
  for (int c = 0; c < classes_; ++c) {
    if (samples(c) == 0) continue;
    sum += recall(c);
    ++present;
  }
  return present == 0 ? 0.0 : sum / present;
}

inline double ConfusionMatrix::macro_f1() const {
  double sum = 0;
  int present = 0;
  for (int c = 0; c < classes_; ++c) {
    if (samples(c) + predictions(c) == 0) continue;
    sum += f1(c);
    ++present;
  }
  return present == 0 ? 0.0 : sum / present;
}

}  // namespace qcs
