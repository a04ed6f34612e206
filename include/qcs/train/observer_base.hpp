// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/train/events.hpp>

namespace qcs {

/// A base for observers that is not needed: its hooks do nothing, and `override` on a hook of a derived class lets the
/// compiler find a misspelt name.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void on_run_begin(const RunInfo&) {}
  virtual void on_step(const StepEvent&) {}
  virtual void on_skipped_step(const SkippedStepEvent&) {}
  virtual void on_evaluation(const EvaluationProgress&) {}
  virtual void on_prediction(const PredictionEvent&) {}
  virtual void on_epoch(const EpochEvent&) {}
  virtual void on_checkpoint(const CheckpointEvent&) {}
  virtual void on_run_end(const RunSummary&) {}
};

}  // namespace qcs
