// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <filesystem>
#include <qcs/core/label_space.hpp>
#include <qcs/core/random.hpp>
#include <qcs/io/label_metadata.hpp>
#include <qcs/metric/running_mean.hpp>
#include <qcs/model/load_weights.hpp>
#include <qcs/train/checkpoint.hpp>
#include <qcs/train/evaluate.hpp>
#include <qcs/train/loss.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/optimizer.hpp>
#include <qcs/train/schedule.hpp>
#include <qcs/train/step.hpp>
#include <sstream>
#include <utility>

namespace qcs {

/// Values of a training run.
struct TrainerOptions {
  int epochs = 200;
  int first_epoch = 0;  ///< number of the first epoch; sets its learning rate and its share of the random streams
  double gamma = .98;   ///< factor on the learning rate per epoch
  OptimizerOptions optimizer = {};
  SamOptions sam = {};
  std::uint64_t seed = 0;
  torch::Device device = torch::kCPU;
  std::int64_t limit_batches = 0;               ///< training batches per epoch, 0 for all
  std::filesystem::path checkpoint_folder = {};  ///< gets last.pt and best.pt after every epoch; empty for none
  io::Metadata metadata = {};                    ///< goes into the checkpoints, next to the label space
};

/// Trains a network of any topology: one loop for QCS, DCS and whatever comes. It prints nothing and draws nothing;
/// it tells observers (train/events.hpp). On a CPU, a run is a pure function of its arguments and of the number of
/// LibTorch's compute threads.
template <class Net, StepPolicy Step = SamStep>
class Trainer {
 public:
  using Topology = typename Net::ContainedType::TopologyType;

  /// Moves `network` to the device. `labels` go into checkpoints and must name every class, else ConfigError.
  Trainer(Net network, TrainerOptions options, Labels labels)
      : network_(std::move(network)), options_(std::move(options)), labels_(std::move(labels)),
        step_((network_->to(options_.device), make_optimizer(network_->parameters(), options_.optimizer)), options_.sam),
        epoch_(options_.first_epoch) {
    if (static_cast<std::int64_t>(labels_.classes.size()) != network_->options().classes)
      throw ConfigError(fmt::format("{} class names for a network of {} classes", labels_.classes.size(),
                                    network_->options().classes));
    io::put_labels(options_.metadata, labels_);
  }

  /// Trains up to the last epoch and evaluates after each. `train` and `eval` are loaders of `TupleBatch<Topology>` and
  /// `LabelledBatch`. Throws ConfigError if there is no epoch left, NumericError on a loss that is not finite (the
  /// weights are then those before the step), and what the loaders throw.
  template <class TrainLoader, class EvalLoader, class... Observers>
  RunSummary fit(TrainLoader& train, EvalLoader& eval, RunInfo info, Observers&... observers) {
    static_assert(std::same_as<typename std::remove_cvref_t<decltype(train.dataset())>::Topology, Topology>,
                  "qcs Trainer: the training loader builds tuples of another topology than the network's");
    if (epoch_ >= options_.epochs)
      throw ConfigError(fmt::format("{} of {} epochs are done; ask for more epochs to go on", epoch_, options_.epochs));
    info.epochs = options_.epochs;
    info.batches_per_epoch = batches_of(train);
    info.train_images = static_cast<std::int64_t>(train.dataset().list().images.size());
    info.eval_images = static_cast<std::int64_t>(eval.dataset().list().images.size());
    info.seed = options_.seed;
    info.class_names = labels_.classes;
    start_ = Clock::now();
    notify(info, observers...);
    for (; epoch_ < options_.epochs;) {
      EpochEvent event = train_epoch(train, observers...);
      const auto evaluation = qcs::evaluate(network_, eval.epoch(0), network_->options().classes, info.eval_images,
                                            options_.device, observers...);
      finish_epoch(event, evaluation);
      notify(event, observers...);
    }
    const RunSummary summary{.best_epoch = best_epoch_,
                             .best_accuracy = best_.accuracy(),
                             .best_confusion = best_,
                             .steps = steps_,
                             .seconds = seconds()};
    notify(summary, observers...);
    return summary;
  }

  /// Everything a later `resume` needs.
  Checkpoint checkpoint() {
    Checkpoint c{.architecture = network_->architecture(),
                 .metadata = options_.metadata,
                 .epochs_done = epoch_,
                 .steps = steps_,
                 .seed = static_cast<std::int64_t>(options_.seed),
                 .best_epoch = best_epoch_};
    for (int t = 0; t < best_.classes(); ++t)
      for (int p = 0; p < best_.classes(); ++p) c.best_confusion.push_back(best_.at(t, p));
    c.state_dict = state_dict(*network_);
    torch::serialize::OutputArchive archive;
    step_.optimizer().save(archive);
    std::ostringstream stream;
    archive.save_to(stream);
    c.optimizer = stream.str();
    return c;
  }

  /// Goes on where a checkpoint of the same architecture and seed stopped: weights, batch statistics, the base
  /// optimiser's state, schedule, random streams and best score. Throws CheckpointError, or ConfigError if the checkpoint's
  /// label space is another one.
  void resume(const std::filesystem::path& path) {
    const auto c = load_for(*network_, path);
    if (c.seed != static_cast<std::int64_t>(options_.seed))
      throw CheckpointError(fmt::format("{} was trained with seed {}, this run has seed {}", path.string(), c.seed,
                                        options_.seed));
    if (const auto labels = io::find_labels(c.metadata)) require_same_labels(*labels, path.string(), labels_, "this run");
    load_weights(*network_, c.state_dict);
    torch::serialize::InputArchive archive;
    std::istringstream stream(c.optimizer);
    archive.load_from(stream);
    step_.optimizer().load(archive);
    epoch_ = static_cast<int>(c.epochs_done);
    steps_ = c.steps;
    best_epoch_ = static_cast<int>(c.best_epoch);
    if (c.best_confusion.empty()) return;
    const int classes = static_cast<int>(labels_.classes.size());
    best_ = ConfusionMatrix(classes);
    for (int t = 0; t < classes; ++t)
      for (int p = 0; p < classes; ++p) best_.add(t, p, c.best_confusion.at(static_cast<std::size_t>(t * classes + p)));
  }

  Net& network() { return network_; }
  const TrainerOptions& options() const { return options_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Measures {
    double loss, base_loss, cross_loss, accuracy;
  };

  template <class TrainLoader, class... Observers>
  EpochEvent train_epoch(TrainLoader& train, Observers&... observers) {
    EpochEvent event{.epoch = epoch_};
    event.learning_rate = ExponentialSchedule{options_.optimizer.learning_rate, options_.gamma}.rate(epoch_);
    set_learning_rate(step_.optimizer(), event.learning_rate);
    torch::manual_seed(derive_seed(options_.seed, static_cast<std::uint64_t>(Purpose::kNetwork), epoch_ + 1));
    network_->train();
    RunningMean loss, base, cross, accuracy;
    const std::int64_t batches = batches_of(train);
    std::int64_t number = 0;
    for (auto& batch : train.epoch(epoch_)) {
      const auto measures = update(batch, number);
      const auto size = batch.size();
      loss.add(measures.loss, size);
      base.add(measures.base_loss, size);
      cross.add(measures.cross_loss, size);
      accuracy.add(measures.accuracy, size);
      notify(StepEvent{.epoch = epoch_,
                       .batch = number,
                       .batches = batches,
                       .step = ++steps_,
                       .loss = measures.loss,
                       .accuracy = measures.accuracy,
                       .base_loss = measures.base_loss,
                       .cross_loss = measures.cross_loss,
                       .images = size * static_cast<std::int64_t>(branch_count<Topology>),
                       .seconds = seconds()},
             observers...);
      if (++number == batches) break;
    }
    event.train_loss = loss.value();
    event.train_base_loss = base.value();
    event.train_cross_loss = cross.value();
    event.train_accuracy = accuracy.value();
    return event;
  }

  template <class Batch>
  Measures update(Batch& batch, std::int64_t number) {
    for (auto& images : batch.images) images = images.to(options_.device);
    for (auto& labels : batch.labels) labels = labels.to(options_.device);
    try {
      return step_.run([&] {
        const auto output = network_->forward_branches(batch.images);
        const auto losses = branch_losses<Topology>(output, batch.labels);
        const auto loss = losses.mean();
        const auto correct = (output.base_logits[0].argmax(1) == batch.labels[0]).to(loss.dtype()).mean();
        const auto values = torch::stack({loss, losses.mean_of(losses.base), losses.mean_of(losses.cross), correct})
                                .detach().to(torch::kCPU, torch::kFloat64);
        const double* v = values.template data_ptr<double>();
        if (!std::isfinite(v[0]))
          throw NumericError(fmt::format("the loss became {} in epoch {}, batch {}; the step was undone; a lower "
                                         "learning rate may help",
                                         v[0], epoch_ + 1, number + 1));
        loss.backward();
        return Measures{v[0], v[1], v[2], v[3]};
      });
    } catch (...) {
      step_.abandon();
      throw;
    }
  }

  void finish_epoch(EpochEvent& event, const Evaluation& evaluation) {
    event.eval_loss = evaluation.loss;
    event.confusion = evaluation.confusion;
    event.accuracy = evaluation.confusion.accuracy();
    event.best = best_epoch_ < 0 || event.accuracy > best_.accuracy();
    event.seconds = seconds();
    event.step = steps_;
    event.gates = network_->gates();
    ++epoch_;
    if (event.best) {
      best_ = event.confusion;
      best_epoch_ = event.epoch;
    }
    if (options_.checkpoint_folder.empty()) return;
    const auto state = checkpoint();
    save_checkpoint(options_.checkpoint_folder / "last.pt", state);
    if (event.best) save_checkpoint(options_.checkpoint_folder / "best.pt", state);
  }

  template <class TrainLoader>
  std::int64_t batches_of(const TrainLoader& train) const {
    const auto all = train.batches();
    return options_.limit_batches > 0 ? std::min(all, options_.limit_batches) : all;
  }

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  Net network_;
  TrainerOptions options_;
  Labels labels_;
  Step step_;
  int epoch_;
  std::int64_t steps_ = 0;
  int best_epoch_ = -1;
  ConfusionMatrix best_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace qcs
