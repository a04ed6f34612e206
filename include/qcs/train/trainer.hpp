// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <qcs/core/label_space.hpp>
#include <qcs/core/memory_error.hpp>
#include <qcs/core/stopwatch.hpp>
#include <qcs/train/checkpoint_saver.hpp>
#include <qcs/train/epoch_loop.hpp>
#include <qcs/train/evaluate.hpp>
#include <qcs/train/out_of_memory.hpp>
#include <qcs/train/run_info.hpp>
#include <qcs/train/state/recipe_changes.hpp>
#include <qcs/train/state/run_conditions.hpp>
#include <qcs/train/state/training_state.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/trainer_options.hpp>
#include <qcs/train/training_parts.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/label_metadata.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

namespace qcs {

/// Trains a network of any topology, with any step and loss: one loop for QCS, DCS and whatever comes. It prints
/// nothing and draws nothing; it tells observers (train/events.hpp). On a CPU, a run is a pure function of its
/// arguments and of the number of LibTorch's compute threads, however often it is interrupted and resumed.
template <class Net, class Step = SamStep, class Loss = CrossEntropy>
class Trainer {
  static_assert(CheckedStep<Step>::kValid && CheckedLoss<Loss>::kValid);

 public:
  using Topology = typename Net::ContainedType::TopologyType;

  /// Moves `network` to the device and the memory format. `labels` go into checkpoints and must name every class, else
  /// ConfigError, as for a value out of its range. `parts` are the values of the step, and the loss if it is not the
  /// recipe's.
  Trainer(Net network, TrainerOptions options, Labels labels,
          TrainingParts<Step, Loss> parts = default_parts<Step, Loss>())
      : options_(validated(options, parts.step)),
        labels_(std::move(labels)),
        parts_(std::move(parts)),
        state_(TrainingState<Net, Step, Loss>::start(std::move(network), options_.recipe, placement_of(options_),
                                                     parts_)) {
    const auto classes = state_.network->options().classes;
    if (static_cast<std::int64_t>(labels_.classes.size()) != classes)
      throw ConfigError(fmt::format("{} class names for a network of {} classes", labels_.classes.size(), classes));
    put_card(options_.metadata, {.labels = labels_,
                                 .preprocessing = Preprocessing::of(options_.recipe.transform, options_.face_cut),
                                 .architecture = state_.network->architecture(),
                                 .recipe = named_values(options_.recipe, parts_)});
    options_.metadata["optimizer"] = name_of(options_.recipe.optimizer.kind);
  }

  /// Trains up to the last epoch and evaluates on `eval` after each. `train` and `eval` are loaders of
  /// `TupleBatch<Topology>` and `LabelledBatch`. A step whose loss or gradient is not finite is undone and left out.
  /// Throws NumericError after three of them in a row, Error if checkpoints cannot be written, MemoryError if memory
  /// cannot be had, and what the loaders and observers throw; a checkpoint of the last good step is saved first, unless
  /// it was an update that failed halfway.
  template <class TrainLoader, class EvalLoader, class... Observers>
  RunSummary fit(TrainLoader& train, EvalLoader& eval, RunInfo info, Observers&... observers) {
    return run(train, eval, static_cast<EvalLoader*>(nullptr), std::move(info), observers...);
  }

  /// The same, and at the end evaluates the best epoch once on `test`, which played no part in its choice.
  template <class TrainLoader, class EvalLoader, class... Observers>
  RunSummary fit_and_test(TrainLoader& train, EvalLoader& eval, EvalLoader& test, RunInfo info,
                          Observers&... observers) {
    return run(train, eval, &test, std::move(info), observers...);
  }

  /// Goes on where a run of the same architecture, optimiser and seed stopped, in the middle of an epoch too: `path` is
  /// a checkpoint file or a run folder, of which the newest whole one is taken. Recipe values may differ; fit() tells
  /// the observers which. Throws CheckpointError, or ConfigError if the checkpoint's label space is another one.
  void resume(const std::filesystem::path& path) {
    auto [file, c, note] = find_checkpoint(path);
    const auto require = [&](std::string_view what, std::string_view held, std::string_view ours) {
      if (held != ours)
        throw CheckpointError(fmt::format("{} has {} {}; this run has {}", file.string(), what, held, ours));
    };
    require("the network", c.architecture, state_.network->architecture().text());
    require("seed", fmt::to_string(c.seed), fmt::to_string(static_cast<std::int64_t>(options_.recipe.seed)));
    require("the optimizer", c.metadata["optimizer"], options_.metadata["optimizer"]);
    if (const auto labels = find_labels(c.metadata)) require_same_labels(*labels, file.string(), labels_, "this run");
    state_.restore(c);
    resumed_ = Resumed{.file = file,
                       .metadata = std::move(c.metadata),
                       .conditions = std::move(c.conditions),
                       .note = std::move(note)};
  }

  Net& network() { return state_.network; }
  const TrainerOptions& options() const { return options_; }

  /// What people want to read of the values that the run depends on.
  NamedValues description() const { return describe(options_.recipe, parts_); }

 private:
  struct Resumed {
    std::filesystem::path file;
    io::Metadata metadata, conditions;
    std::optional<std::string> note;
  };

  template <class TrainLoader, class EvalLoader, class... Observers>
  RunSummary run(TrainLoader& train, EvalLoader& eval, EvalLoader* test, RunInfo info, Observers&... observers) {
    static_assert(std::same_as<typename std::remove_cvref_t<decltype(train.dataset())>::Topology, Topology>,
                  "qcs Trainer: the training loader builds tuples of another topology than the network's");
    const Stopwatch clock;
    EpochLoop<Net, Step, Loss> loop(state_, options_, clock);
    CheckpointSaver saver(state_, options_);
    detail::complete_run_info<Topology>(info, options_, description(), labels_.classes, train, loop.batches(train),
                                        eval, test);
    options_.metadata["train_data"] = detail::fingerprint_of(train.dataset());
    options_.metadata["evaluation_data"] = detail::fingerprint_of(eval.dataset());
    tell_resumption(info);
    saver.prepare(resumed_ ? resumed_->file : std::filesystem::path());
    notify(info, observers...);
    RunSummary summary;
    const RunState& now = state_.run;
    try {
      while (now.epoch < options_.recipe.epochs && !patience_exhausted()) {
        EpochEvent event = loop.run(
            train,
            [&] {
              if (saver.due()) saver.save(false, observers...);
            },
            observers...);
        finish_epoch(event, evaluate_on(eval, info.eval.images(), false, observers...), test != nullptr);
        event.seconds = clock.seconds();
        notify(event, observers...);  // before the checkpoint: what a killed run did not tell, it does again
        saver.save(event.best, observers...);
      }
      if (test != nullptr) summary.test = test_best(*test, info.test.images(), observers...);
      summary.end = now.epoch < options_.recipe.epochs ? RunEnd::kEarly : RunEnd::kComplete;
    } catch (const detail::Stopped&) {
      summary.end = RunEnd::kInterrupted;
      saver.save(false, observers...);
    } catch (const std::exception& error) {
      saver.save_after_error(loop.whole(), observers...);
      if (const auto request = memory_request(error)) throw detail::out_of_memory<Net>(*request, train);
      throw;
    } catch (...) {
      saver.save_after_error(loop.whole(), observers...);
      throw;
    }
    summary.best_epoch = now.best_epoch;
    summary.best_confusion = now.best_confusion;
    summary.best_accuracy = now.best_confusion.accuracy();
    summary.steps = now.steps;
    summary.seconds = clock.seconds();
    notify(summary, observers...);
    return summary;
  }

  /// Adds to `info` where the run goes on, and what is different now.
  void tell_resumption(RunInfo& info) const {
    info.done_epochs = state_.run.epoch;
    info.done_steps = state_.run.steps;
    if (!resumed_) return;
    if (resumed_->note) info.notes.push_back(*resumed_->note);
    const auto defaults = default_values<Step>();
    for (auto& change : recipe_changes(resumed_->metadata, options_.metadata, defaults))
      info.notes.push_back(std::move(change));
    for (auto& change : condition_changes(resumed_->conditions, state_.conditions()))
      info.notes.push_back(fmt::format("{}; the last digits of the results may differ", change));
    if (state_.run.epoch >= options_.recipe.epochs)
      info.notes.push_back(fmt::format("all {} epochs are done; ask for more epochs to go on", options_.recipe.epochs));
  }

  template <class EvalLoader, class... Observers>
  Evaluation evaluate_on(EvalLoader& loader, std::int64_t images, bool of_test_split, Observers&... observers) {
    std::optional<WeightAverage::Applied> applied;
    if (state_.average && !of_test_split) applied.emplace(*state_.average);
    return evaluate(state_.network, loader.epoch(0), state_.network->options().classes, images,
                    {.device = options_.device,
                     .memory_format = options_.memory_format,
                     .flip = options_.recipe.flip_test,
                     .of_test_split = of_test_split,
                     .stop = options_.stop},
                    observers...);
  }

  void finish_epoch(EpochEvent& event, const Evaluation& evaluation, bool keep_best) {
    RunState& now = state_.run;
    event.eval_loss = evaluation.loss;
    event.confusion = evaluation.confusion;
    event.accuracy = evaluation.confusion.accuracy();
    event.best =
        options_.selection == Selection::kLast || now.best_epoch < 0 || event.accuracy > now.best_confusion.accuracy();
    event.step = now.steps;
    event.gates = state_.network->gates();
    ++now.epoch;
    now.batch = 0;
    now.means = {};
    if (!event.best) return;
    now.best_epoch = event.epoch;
    now.best_confusion = event.confusion;
    if (keep_best && options_.checkpoint_folder.empty())
      best_weights_ = cloned(state_.average ? state_.average->state_dict() : state_dict(*state_.network));
  }

  /// Evaluates the best epoch's weights; the network has its own again afterwards.
  template <class EvalLoader, class... Observers>
  Evaluation test_best(EvalLoader& test, std::int64_t images, Observers&... observers) {
    auto& network = *state_.network;
    const auto own = cloned(state_dict(network));
    // Names of this run's own weights are those of its network.
    const LoadOptions kOwn{.exact_names = true};
    load_weights(network,
                 options_.checkpoint_folder.empty()
                     ? best_weights_
                     : load_checkpoint(CheckpointFolder(options_.checkpoint_folder).best()).state_dict,
                 kOwn);
    try {
      auto evaluation = evaluate_on(test, images, true, observers...);
      load_weights(network, own, kOwn);
      return evaluation;
    } catch (...) {
      load_weights(network, own, kOwn);
      throw;
    }
  }

  static io::NamedTensors cloned(io::NamedTensors tensors) {
    for (auto& [name, tensor] : tensors) tensor = tensor.clone();
    return tensors;
  }

  bool patience_exhausted() const {
    const RunState& now = state_.run;
    const int patience = options_.recipe.aids.patience;
    return patience > 0 && now.best_epoch >= 0 && now.batch == 0 && now.epoch - 1 - now.best_epoch >= patience;
  }

  TrainerOptions options_;
  Labels labels_;
  TrainingParts<Step, Loss> parts_;
  TrainingState<Net, Step, Loss> state_;
  std::optional<Resumed> resumed_ = {};
  io::NamedTensors best_weights_ = {};  // only where there is no folder for them
};

}  // namespace qcs
