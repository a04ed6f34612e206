// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <optional>
#include <qcs/core/label_space.hpp>
#include <qcs/core/memory_error.hpp>
#include <qcs/train/describe_run.hpp>
#include <qcs/train/evaluate.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <qcs/train/state/data_fingerprint.hpp>
#include <qcs/train/state/recipe_changes.hpp>
#include <qcs/train/state/run_conditions.hpp>
#include <qcs/train/state/training_state.hpp>
#include <qcs/train/training_aids.hpp>
#include <qcs/weights/label_metadata.hpp>
#include <set>
#include <utility>

namespace qcs {

/// Values of a training run.
struct TrainerOptions {
  int epochs = 200;
  int first_epoch = 0;  ///< number of the first epoch; sets its learning rate and its share of the random streams
  Schedule schedule = {};
  OptimizerOptions optimizer = {};
  SamOptions sam = {};
  TrainingAids aids = {};
  Selection selection = Selection::kLast;  ///< what the split that is evaluated after every epoch is used for
  bool flip = false;                       ///< evaluate with EvaluationOptions::flip
  std::uint64_t seed = 0;
  torch::Device device = torch::kCPU;
  std::int64_t limit_batches = 0;                ///< training batches per epoch, 0 for all
  std::filesystem::path checkpoint_folder = {};  ///< of a CheckpointFolder, made when missing; empty for none
  std::int64_t save_steps = 0;                   ///< steps between checkpoints within an epoch; 0: by time alone
  double save_seconds = 600;                     ///< time between checkpoints within an epoch; 0: by steps alone
  StopCheck stop = {};                           ///< asked before every pass and every batch of an evaluation
  io::Metadata metadata = {};                    ///< goes into the checkpoints, next to the label space
};

/// Trains a network of any topology: one loop for QCS, DCS and whatever comes. It prints nothing and draws nothing;
/// it tells observers (train/events.hpp). On a CPU, a run is a pure function of its arguments and of the number of
/// LibTorch's compute threads, however often it is interrupted and resumed.
template <class Net, StepPolicy Step = SamStep>
class Trainer {
 public:
  using Topology = typename Net::ContainedType::TopologyType;

  /// Undone steps in a row that end a run.
  static constexpr int kMaxSkippedInARow = 3;

  /// Moves `network` to the device. `labels` go into checkpoints and must name every class, else ConfigError, as for a
  /// value out of its range.
  Trainer(Net network, TrainerOptions options, Labels labels)
      : options_(validated(std::move(options))),
        labels_(std::move(labels)),
        state_(make_state(std::move(network), options_)) {
    const auto classes = state_.network->options().classes;
    if (static_cast<std::int64_t>(labels_.classes.size()) != classes)
      throw ConfigError(fmt::format("{} class names for a network of {} classes", labels_.classes.size(), classes));
    put_labels(options_.metadata, labels_);
    options_.metadata["optimizer"] = kOptimizerNames[static_cast<std::size_t>(options_.optimizer.kind)];
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
    require("the network", c.architecture, state_.network->architecture());
    require("seed", fmt::to_string(c.seed), fmt::to_string(static_cast<std::int64_t>(options_.seed)));
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

 private:
  using Clock = std::chrono::steady_clock;
  using State = TrainingState<Net, Step>;
  using Batch = TupleBatch<Topology>;

  struct Resumed {
    std::filesystem::path file;
    io::Metadata metadata, conditions;
    std::optional<std::string> note;
  };

  static TrainerOptions validated(TrainerOptions options) {
    qcs::validated(options.aids);
    if (options.first_epoch >= options.epochs)
      throw ConfigError(
          fmt::format("the first epoch, {}, is beyond the last of {}", options.first_epoch, options.epochs));
    if (options.aids.patience > 0 && options.selection == Selection::kLast)
      throw ConfigError("early stopping needs a split to select the best epoch on");
    return options;
  }

  static State make_state(Net network, const TrainerOptions& options) {
    if (options.aids.freeze_backbone) network->freeze_backbone();
    network->to(options.device);
    State state{.network = network,
                .device = options.device,
                .step = {network,
                         options.device,
                         make_optimizer(network->parameters(), options.optimizer),
                         {.sam = options.sam, .clip_norm = options.aids.clip_norm},
                         options.aids.label_smoothing}};
    if (options.aids.average_decay > 0) state.average.emplace(*network, options.aids.average_decay);
    state.run.epoch = options.first_epoch;
    return state;
  }

  template <class TrainLoader, class EvalLoader, class... Observers>
  RunSummary run(TrainLoader& train, EvalLoader& eval, EvalLoader* test, RunInfo info, Observers&... observers) {
    static_assert(std::same_as<typename std::remove_cvref_t<decltype(train.dataset())>::Topology, Topology>,
                  "qcs Trainer: the training loader builds tuples of another topology than the network's");
    complete(info, train, eval, test);
    if (!options_.checkpoint_folder.empty()) prepare_folder();
    start_ = saved_ = Clock::now();
    notify(info, observers...);
    RunSummary summary;
    const RunState& now = state_.run;
    try {
      while (now.epoch < options_.epochs && !patience_exhausted()) {
        EpochEvent event = train_epoch(train, observers...);
        finish_epoch(event, evaluate_on(eval, info.eval.images(), false, observers...), test != nullptr);
        notify(event, observers...);  // before the checkpoint: what a killed run did not tell, it does again
        save(event.best, observers...);
      }
      if (test != nullptr) summary.test = test_best(*test, info.test.images(), observers...);
      summary.end = now.epoch < options_.epochs ? RunEnd::kEarly : RunEnd::kComplete;
    } catch (const detail::Stopped&) {
      summary.end = RunEnd::kInterrupted;
      save(false, observers...);
    } catch (const std::exception& error) {
      save_after_error(observers...);
      if (const auto request = memory_request(error)) throw out_of_memory(*request, train);
      throw;
    } catch (...) {
      save_after_error(observers...);
      throw;
    }
    summary.best_epoch = now.best_epoch;
    summary.best_confusion = now.best_confusion;
    summary.best_accuracy = now.best_confusion.accuracy();
    summary.steps = now.steps;
    summary.seconds = seconds();
    notify(summary, observers...);
    return summary;
  }

  /// Adds to `info` what the trainer and the loaders know.
  template <class TrainLoader, class EvalLoader>
  void complete(RunInfo& info, const TrainLoader& train, const EvalLoader& eval, const EvalLoader* test) {
    require_whole_images(eval);
    if (test != nullptr) require_whole_images(*test);
    const std::size_t classes = labels_.classes.size();
    info.train.class_counts = class_counts(train.dataset().list(), classes);
    info.eval.class_counts = class_counts(eval.dataset().list(), classes);
    if (test != nullptr) info.test = {"test", class_counts(test->dataset().list(), classes)};
    info.epochs = options_.epochs;
    info.batches_per_epoch = batches_of(train);
    info.steps_per_epoch = (info.batches_per_epoch + options_.aids.accumulate - 1) / options_.aids.accumulate;
    info.seed = options_.seed;
    info.selection = options_.selection;
    name_selection(info);
    info.class_names = labels_.classes;
    info.role_names = role_names<Topology>();
    info.done_epochs = state_.run.epoch;
    info.done_steps = state_.run.steps;
    options_.metadata["train_data"] = fingerprint_of(train.dataset());
    options_.metadata["evaluation_data"] = fingerprint_of(eval.dataset());
    if (!resumed_) return;
    if (resumed_->note) info.notes.push_back(*resumed_->note);
    for (auto& change : recipe_changes(resumed_->metadata, options_.metadata)) info.notes.push_back(std::move(change));
    for (auto& change : condition_changes(resumed_->conditions, run_conditions(Step::kName, options_.device)))
      info.notes.push_back(fmt::format("{}; the last digits of the results may differ", change));
    if (state_.run.epoch >= options_.epochs)
      info.notes.push_back(fmt::format("all {} epochs are done; ask for more epochs to go on", options_.epochs));
  }

  template <class Dataset>
  static std::string fingerprint_of(const Dataset& dataset) {
    if constexpr (requires { dataset.source(); })
      return data_fingerprint(dataset.source());
    else
      return data_fingerprint(dataset.list());
  }

  /// What reports say of the selection must be true of the split.
  void name_selection(RunInfo& info) const {
    static constexpr std::array<const char*, 3> kNames{"evaluation", "validation", "test"};
    const auto* name = kNames[static_cast<std::size_t>(options_.selection)];
    if (info.eval.name.empty()) info.eval.name = name;
    if (options_.selection != Selection::kLast && info.eval.name != name)
      throw ConfigError(
          fmt::format("the best epoch is to be selected on the {} split, but the split that is evaluated "
                      "after every epoch is called {}",
                      name, info.eval.name));
  }

  /// The mirror image of thinned pixels shows other pixels than the thinned mirror image.
  template <class EvalLoader>
  void require_whole_images(const EvalLoader& loader) const {
    if constexpr (requires { loader.dataset().transform().stride; })
      if (options_.flip && loader.dataset().transform().stride != 1)
        throw ConfigError(fmt::format("evaluation with mirror images needs whole images, not every {}th pixel",
                                      loader.dataset().transform().stride));
  }

  void prepare_folder() const {
    make_folder(options_.checkpoint_folder);
    const CheckpointFolder folder(options_.checkpoint_folder);
    folder.require_space(state_.checkpoint_bytes(options_.optimizer));
    if (!resumed_) return;
    // A run that goes on in another folder may still need the best epoch of the first one.
    const CheckpointFolder before(resumed_->file.parent_path());
    if (std::filesystem::exists(before.best()) && !std::filesystem::exists(folder.best()))
      link_atomically(before.best(), folder.best());
  }

  template <class TrainLoader, class... Observers>
  EpochEvent train_epoch(TrainLoader& train, Observers&... observers) {
    const std::int64_t batches = batches_of(train);
    const std::int64_t accumulate = options_.aids.accumulate;
    state_.seed_epoch(options_.seed);
    state_.network->train();
    RunState& now = state_.run;
    if (now.batch < batches) {
      std::vector<Batch> group;
      for (auto& batch : train.epoch(now.epoch, now.batch)) {
        detail::stop_if_asked(options_.stop);
        group.push_back(std::move(batch));
        const auto behind = now.batch + static_cast<std::int64_t>(group.size());
        if (behind < batches && static_cast<std::int64_t>(group.size()) < accumulate) continue;
        step(group, batches, train.dataset().list(), observers...);
        group.clear();
        if (behind == batches) break;
        if (save_is_due()) save(false, observers...);
      }
    }
    const auto means = now.means.value();
    return {.epoch = now.epoch,
            .learning_rate = rate((batches - 1) / accumulate * accumulate, batches, batches),
            .train_loss = means.loss,
            .train_accuracy = means.accuracy,
            .train_base_loss = means.base_loss,
            .train_cross_loss = means.cross_loss};
  }

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
                     .seconds = seconds()},
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

  template <class EvalLoader, class... Observers>
  Evaluation evaluate_on(EvalLoader& loader, std::int64_t images, bool of_test_split, Observers&... observers) {
    std::optional<WeightAverage::Applied> applied;
    if (state_.average && !of_test_split) applied.emplace(*state_.average);
    return evaluate(
        state_.network, loader.epoch(0), state_.network->options().classes, images,
        {.device = options_.device, .flip = options_.flip, .of_test_split = of_test_split, .stop = options_.stop},
        observers...);
  }

  void finish_epoch(EpochEvent& event, const Evaluation& evaluation, bool keep_best) {
    RunState& now = state_.run;
    event.eval_loss = evaluation.loss;
    event.confusion = evaluation.confusion;
    event.accuracy = evaluation.confusion.accuracy();
    event.best =
        options_.selection == Selection::kLast || now.best_epoch < 0 || event.accuracy > now.best_confusion.accuracy();
    event.seconds = seconds();
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
    constexpr LoadOptions kOwn{.exact_names = true};
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
    return options_.aids.patience > 0 && now.best_epoch >= 0 && now.batch == 0 &&
           now.epoch - 1 - now.best_epoch >= options_.aids.patience;
  }

  double rate(std::int64_t from, std::int64_t to, std::int64_t batches) const {
    const auto share = [&](std::int64_t batch) { return static_cast<double>(batch) / static_cast<double>(batches); };
    return options_.optimizer.learning_rate *
           options_.schedule.factor(state_.run.epoch, share(from), share(to), options_.epochs);
  }

  bool save_is_due() const {
    if (options_.save_steps > 0 && state_.run.steps % options_.save_steps == 0) return true;
    return options_.save_seconds > 0 &&
           std::chrono::duration<double>(Clock::now() - saved_).count() >= options_.save_seconds;
  }

  template <class... Observers>
  void save(bool best, Observers&... observers) {
    if (options_.checkpoint_folder.empty()) return;
    saving_ = true;
    const CheckpointFolder folder(options_.checkpoint_folder);
    folder.save(state_.checkpoint(options_.metadata, options_.seed), best);
    saving_ = false;
    saved_ = Clock::now();
    const RunState& now = state_.run;
    notify(CheckpointEvent{.file = folder.last(), .epoch = now.epoch, .batch = now.batch, .step = now.steps},
           observers...);
  }

  /// The error that ends the run is the one to report, whatever comes of this. A step that failed halfway leaves the
  /// checkpoint before it the newest one.
  template <class... Observers>
  void save_after_error(Observers&... observers) noexcept {
    try {
      if (!saving_ && whole_ && state_.step.whole()) save(false, observers...);
    } catch (...) {
    }
  }

  /// Says what was being done when memory got short, and what needs less of it.
  template <class TrainLoader>
  static MemoryError out_of_memory(const MemoryRequest& request, const TrainLoader& train) {
    std::string batch = "this batch size";
    if constexpr (requires { train.options().batch_size; }) {
      const std::int64_t tuples = train.options().batch_size;
      batch = fmt::format("batches of {} tuples, {} pictures of {} x {} pixels", tuples,
                          tuples * static_cast<std::int64_t>(branch_count<Topology>), Net::ContainedType::kInputSize,
                          Net::ContainedType::kInputSize);
    }
    return MemoryError(fmt::format("out of memory: {} could not be had with {}; a smaller batch size, fewer loader "
                                   "threads or a smaller backbone need less",
                                   request.text(), batch),
                       request.bytes);
  }

  template <class TrainLoader>
  std::int64_t batches_of(const TrainLoader& train) const {
    const auto all = train.batches();
    return options_.limit_batches > 0 ? std::min(all, options_.limit_batches) : all;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  TrainerOptions options_;
  Labels labels_;
  State state_;
  std::optional<Resumed> resumed_;
  io::NamedTensors best_weights_;  // only where there is no folder for them
  Clock::time_point start_, saved_;
  bool saving_ = false;
  bool whole_ = true;  // weights, their average and the position in the epoch belong together
};

}  // namespace qcs
