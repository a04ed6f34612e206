// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/report/history/run_history.hpp>

namespace qcs {

/// What a run has come to, so far or at its end.
struct RunResult {
  int epoch = -1;                            ///< that it is taken from, from 0; -1 before the first evaluation
  ConfusionMatrix evaluated = {};            ///< of that epoch on RunInfo::eval; no classes before the first evaluation
  std::optional<ConfusionMatrix> test = {};  ///< of that epoch on RunInfo::test, once it was evaluated
  bool finished = false;                     ///< complete or stopped early: nothing of it will change

  /// Of the test split where it was evaluated.
  const ConfusionMatrix& headline() const { return test ? *test : evaluated; }
};

inline RunResult result_of(const RunHistory& history) {
  RunResult result;
  if (const EpochEvent* best = history.best(); best != nullptr) {
    result.epoch = best->epoch;
    result.evaluated = best->confusion;
  }
  if (!history.summary) return result;
  result.finished = history.summary->end != RunEnd::kInterrupted;
  if (result.epoch < 0) {
    result.epoch = history.summary->best_epoch;
    result.evaluated = history.summary->best_confusion;
  }
  if (const auto& test = history.summary->test; test && test->confusion.classes() > 0) result.test = test->confusion;
  return result;
}

}  // namespace qcs
