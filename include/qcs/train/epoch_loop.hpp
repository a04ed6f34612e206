// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <qcs/core/error.hpp>
#include <qcs/core/stopwatch.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/state/training_state.hpp>
#include <qcs/train/step/placed_batches.hpp>
#include <qcs/train/trainer_options.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// The steps of one epoch: groups of batches, learning rates, and what becomes of a step that is not finite.
template <class Net, class Step, class Loss = CrossEntropy>
class EpochLoop {
 public:
  using Topology = typename Net::ContainedType::TopologyType;
  using Batch = TupleBatch<Topology>;

  /// Undone steps in a row that end a run.
  static constexpr int kMaxSkippedInARow = 3;

  /// All outlive this object.
  EpochLoop(TrainingState<Net, Step, Loss>& state, const TrainerOptions& options, const Stopwatch& clock)
      : state_(state), options_(options), clock_(clock) {}

  /// Batches of an epoch that are used.
  std::int64_t batches(const auto& train) const {
    const auto all = train.batches();
    const auto limit = options_.recipe.limit_batches;
    return limit > 0 ? std::min<std::int64_t>(all, limit) : all;
  }

  /// Trains from where the epoch under way stands to its end; `between_steps()` is called while there is more to come.
  template <class TrainLoader, class... Observers>
  EpochEvent run(TrainLoader& train, const auto& between_steps, Observers&... observers) {
    const std::int64_t count = batches(train), accumulate = options_.recipe.aids.accumulate;
    state_.seed_epoch(options_.recipe.seed);
    state_.network->train();
    RunState& now = state_.run;
    if (now.batch < count) {
      std::vector<Batch> group;
      auto&& epoch = train.epoch(now.epoch, now.batch);
      for (auto& batch : PlacedBatches(epoch, placement_of(options_), count - now.batch)) {
        detail::stop_if_asked(options_.stop);
        group.push_back(std::move(batch));
        const auto behind = now.batch + static_cast<std::int64_t>(group.size());
        if (behind < count && static_cast<std::int64_t>(group.size()) < accumulate) continue;
        step(group, count, train.dataset().list(), observers...);
        group.clear();
        if (behind == count) break;
        between_steps();
      }
    }
    const auto means = now.means.value();
    return {.epoch = now.epoch,
            .learning_rate = rate((count - 1) / accumulate * accumulate, count, count),
            .train_loss = means.loss,
            .train_accuracy = means.accuracy,
            .train_base_loss = means.base_loss,
            .train_cross_loss = means.cross_loss};
  }

  /// Whether weights, their average and the position in the epoch belong together.
  bool whole() const { return whole_ && state_.step.whole(); }

 private:
  template <class... Observers>
  void step(std::vector<Batch>& group, std::int64_t batches, const ImageList& list, Observers&... observers) {
    RunState& now = state_.run;
    const auto end = now.batch + static_cast<std::int64_t>(group.size());
    const double learning_rate = rate(now.batch, end, batches);
    set_learning_rate(state_.step.optimizer(), learning_rate);
    StepMeasures measures;
    try {
      measures = state_.step.run(group, options_.stop);
    } catch (const NumericError& error) {
      now.batch = end;
      return skip_step(group, error.what(), list, observers...);
    }
    whole_ = false;
    if (state_.average) state_.average->update();
    std::int64_t tuples = 0;
    for (const auto& batch : group) tuples += batch.size();
    now.means.add(measures, static_cast<double>(tuples));
    now.undone_in_a_row = 0;
    now.batch = end;
    ++now.steps;
    whole_ = true;
    notify(StepEvent{.epoch = now.epoch,
                     .batch = end - 1,
                     .batches = batches,
                     .step = now.steps,
                     .learning_rate = learning_rate,
                     .loss = measures.loss,
                     .accuracy = measures.accuracy,
                     .base_loss = measures.base_loss,
                     .cross_loss = measures.cross_loss,
                     .roles = measures.roles,
                     .images = tuples * static_cast<std::int64_t>(branch_count<Topology>),
                     .seconds = clock_.seconds()},
           observers...);
  }

  /// Tells of a step that was undone, and gives up after too many of them.
  template <class... Observers>
  void skip_step(const std::vector<Batch>& group, const std::string& reason, const ImageList& list,
                 Observers&... observers) {
    std::set<std::size_t> members;
    for (const auto& batch : group)
      for (const auto& tuple : batch.members) members.insert(tuple.begin(), tuple.end());
    SkippedStepEvent event{.epoch = state_.run.epoch,
                           .batch = state_.run.batch - 1,
                           .reason = reason,
                           .in_a_row = ++state_.run.undone_in_a_row};
    for (const auto image : members) event.images.push_back(list.images.at(image).path.string());
    notify(event, observers...);
    if (event.in_a_row < kMaxSkippedInARow) return;
    throw NumericError(
        fmt::format("{} in epoch {}, batch {}, as in the {} steps before; all were undone; a lower learning rate "
                    "may help, or a look at the images: {}",
                    reason, event.epoch + 1, event.batch + 1, event.in_a_row - 1, fmt::join(event.images, ", ")));
  }

  /// Learning rate of a step that takes batches `from` up to `to` of an epoch.
  double rate(std::int64_t from, std::int64_t to, std::int64_t batches) const {
    const auto share = [&](std::int64_t batch) { return static_cast<double>(batch) / static_cast<double>(batches); };
    return options_.recipe.learning_rate *
           options_.recipe.schedule.factor(state_.run.epoch, share(from), share(to), options_.recipe.epochs);
  }

  TrainingState<Net, Step, Loss>& state_;
  const TrainerOptions& options_;
  const Stopwatch& clock_;
  bool whole_ = true;
};

}  // namespace qcs
