// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <qcs/train/events.hpp>
#include <vector>

namespace qcs {

/// All that a run has told so far; what files and pictures of a run are made of. An observer, to be told before those
/// who draw from it.
struct RunHistory {
  RunInfo info = {};
  std::vector<StepEvent> steps = {};
  std::vector<EpochEvent> epochs = {};
  std::optional<RunSummary> summary = {};

  /// Keeps of an earlier part of the run what the resumed one does not do again.
  void on_run_begin(const RunInfo& begun) {
    info = begun;
    summary.reset();
    std::erase_if(steps, [&](const StepEvent& step) { return step.step > info.done_steps; });
    std::erase_if(epochs, [&](const EpochEvent& epoch) { return epoch.epoch >= info.done_epochs; });
  }

  void on_step(const StepEvent& event) { steps.push_back(event); }
  void on_epoch(const EpochEvent& event) { epochs.push_back(event); }
  void on_run_end(const RunSummary& ended) { summary = ended; }

  /// The epoch that the result is taken from; null before the first one.
  const EpochEvent* best() const {
    const EpochEvent* found = nullptr;
    for (const auto& epoch : epochs)
      if (epoch.best) found = &epoch;
    return found;
  }
};

}  // namespace qcs
