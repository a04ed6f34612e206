// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/stopwatch.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <qcs/train/trainer_options.hpp>

namespace qcs {

/// Decides when a run's state becomes a checkpoint, and writes it; does nothing where the options name no folder.
template <class State>
class CheckpointSaver {
 public:
  /// Both outlive this object.
  CheckpointSaver(State& state, const TrainerOptions& options) : state_(state), options_(options) {}

  /// Makes the folder and sees that a checkpoint fits there. A run that goes on from another folder's checkpoint brings
  /// its best epoch along.
  void prepare(const std::filesystem::path& resumed_from) {
    since_.restart();
    if (options_.checkpoint_folder.empty()) return;
    make_folder(options_.checkpoint_folder);
    const CheckpointFolder folder(options_.checkpoint_folder);
    folder.require_space(state_.checkpoint_bytes(options_.recipe.optimizer));
    if (resumed_from.empty()) return;
    const CheckpointFolder before(resumed_from.parent_path());
    if (std::filesystem::exists(before.best()) && !std::filesystem::exists(folder.best()))
      link_atomically(before.best(), folder.best());
  }

  /// Whether it is time for one within an epoch.
  bool due() const {
    if (options_.save_steps > 0 && state_.run.steps % options_.save_steps == 0) return true;
    return options_.save_seconds > 0 && since_.seconds() >= options_.save_seconds;
  }

  /// Saves the state and tells observers. Throws Error if it cannot be written.
  template <class... Observers>
  void save(bool best, Observers&... observers) {
    if (options_.checkpoint_folder.empty()) return;
    saving_ = true;
    const CheckpointFolder folder(options_.checkpoint_folder);
    folder.save(state_.checkpoint(options_.metadata, options_.recipe.seed), best);
    saving_ = false;
    since_.restart();
    notify(
        CheckpointEvent{
            .file = folder.last(), .epoch = state_.run.epoch, .batch = state_.run.batch, .step = state_.run.steps},
        observers...);
  }

  /// After an error that ends the run, which is the one to report whatever comes of this. A state that is not whole
  /// leaves the checkpoint before it the newest one.
  template <class... Observers>
  void save_after_error(bool whole, Observers&... observers) noexcept {
    try {
      if (!saving_ && whole) save(false, observers...);
    } catch (...) {
    }
  }

 private:
  State& state_;
  const TrainerOptions& options_;
  Stopwatch since_;  // the last checkpoint
  bool saving_ = false;
};

}  // namespace qcs
