// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/metric/confusion_matrix.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

// What a training run tells its observers. An observer is any object with one or more of
//   on_run_begin(const RunInfo&)   on_step(const StepEvent&)   on_skipped_step(const SkippedStepEvent&)
//   on_evaluation(const EvaluationProgress&)   on_prediction(const PredictionEvent&)
//   on_epoch(const EpochEvent&)   on_checkpoint(const CheckpointEvent&)   on_run_end(const RunSummary&)
// Accuracies are shares in 0..1, losses are mean cross entropies in nats, times are seconds of wall clock.

/// The epoch that a run's result is taken from.
enum class Selection {
  kLast,        ///< the last one: nothing is selected
  kValidation,  ///< the most accurate one on a validation split
  kTest,        ///< the most accurate one on the test split itself, the habit of the papers; flatters the result
};

template <>
struct EnumNames<Selection> {
  static constexpr std::string_view kWhat = "selection";
  static constexpr std::array<std::string_view, 3> kNames{"last", "validation", "test"};
};

/// How many images of every class a split has.
struct SplitInfo {
  std::string name = {};  ///< "validation", "test"; empty where there is no such split
  std::vector<std::int64_t> class_counts = {};

  std::int64_t images() const {
    std::int64_t sum = 0;
    for (const auto count : class_counts) sum += count;
    return sum;
  }
};

/// What is known when a run starts.
struct RunInfo {
  std::string model = {};
  std::string backbone = {};
  std::string dataset = {};
  std::vector<std::string> class_names = {};
  std::vector<std::string> role_names = {};  ///< of the topology: the first branch of every role
  int epochs = 0;                            ///< epochs of the whole run, finished ones of a resumed run included
  std::int64_t batches_per_epoch = 0;        ///< batches that the training loader gives in an epoch
  std::int64_t steps_per_epoch = 0;          ///< optimiser steps of one epoch
  std::uint64_t seed = 0;
  SplitInfo train = {.name = "train"};
  SplitInfo eval = {};  ///< evaluated after every epoch; the trainer names it where nobody did
  SplitInfo test = {};  ///< evaluated once at the end; no name where there is none
  Selection selection = Selection::kLast;
  NamedValues recipe = {};       ///< every setting that the result depends on
  NamedValues environment = {};  ///< versions and machine
  int done_epochs = 0;           ///< of a resumed run: epochs that lie behind; what observers hold beyond is void
  std::int64_t done_steps = 0;   ///< likewise
  std::vector<std::string> notes = {};  ///< what people should be told, such as settings changed on resume
};

/// Losses of the branches that share a role, means over them.
struct RoleLoss {
  double base = 0;   ///< of the base logits
  double cross = 0;  ///< of the cross logits
};

/// One optimiser step.
struct StepEvent {
  int epoch = 0;             ///< from 0
  std::int64_t batch = 0;    ///< from 0, within the epoch: the last one that went into the step
  std::int64_t batches = 0;  ///< batches of this epoch
  std::int64_t step = 0;     ///< from 1, over the whole run
  double learning_rate = 0;
  double loss = 0;        ///< mean of the base and cross losses of all branches
  double accuracy = 0;    ///< top-1 of the anchors' base logits in this batch
  double base_loss = 0;   ///< mean over the branches' base logits
  double cross_loss = 0;  ///< mean over the branches' cross logits
  std::vector<RoleLoss> roles = {};
  std::int64_t images = 0;  ///< images that went through the network, all branches together
  double seconds = 0;       ///< since the run, or its resumption, began
};

/// A step that was undone because its loss or gradient was not finite. Its batches are left out.
struct SkippedStepEvent {
  int epoch = 0;                         ///< from 0
  std::int64_t batch = 0;                ///< from 0, within the epoch: the last one that went into the step
  std::string reason = {};               ///< "the loss became not a number"
  std::vector<std::string> images = {};  ///< every image of the tuples, each once
  int in_a_row = 0;                      ///< steps undone one after the other, this one included
};

/// One epoch of training and the evaluation after it.
struct EpochEvent {
  int epoch = 0;             ///< from 0
  double learning_rate = 0;  ///< of the epoch's last step
  double train_loss = 0;
  double train_accuracy = 0;
  double train_base_loss = 0;
  double train_cross_loss = 0;
  double eval_loss = 0;
  ConfusionMatrix confusion = {};  ///< of the evaluation
  double accuracy = 0;             ///< of the evaluation
  bool best = false;               ///< the run's result so far, by its Selection
  double seconds = 0;              ///< since the run, or its resumption, began
  std::int64_t step = 0;           ///< last step of the epoch
  std::vector<double> gates = {};  ///< learnt gate, tanh(theta), of each cross-similarity scale; may be empty
};

/// A checkpoint was written.
struct CheckpointEvent {
  std::filesystem::path file = {};
  int epoch = 0;           ///< from 0: the one it stands in or at the end of
  std::int64_t batch = 0;  ///< batches of that epoch that lie behind
  std::int64_t step = 0;   ///< steps that lie behind
};

/// Why a run ended.
enum class RunEnd {
  kComplete,    ///< all epochs are done
  kEarly,       ///< no better epoch for as long as early stopping waits
  kInterrupted  ///< asked to stop; it can be resumed
};

template <>
struct EnumNames<RunEnd> {
  static constexpr std::string_view kWhat = "end of a run";
  static constexpr std::array<std::string_view, 3> kNames{"complete", "early", "interrupted"};
};

/// What an evaluation found.
struct Evaluation {
  ConfusionMatrix confusion = {};
  double loss = 0;  ///< mean cross entropy over the images
};

/// How a run ended.
struct RunSummary {
  int best_epoch = -1;  ///< from 0; -1 before the first evaluation
  double best_accuracy = 0;
  ConfusionMatrix best_confusion = {};
  std::int64_t steps = 0;
  double seconds = 0;
  RunEnd end = RunEnd::kComplete;
  std::optional<Evaluation> test = {};  ///< of the best epoch on the test split, where one was kept apart
};

/// How far an evaluation has come.
struct EvaluationProgress {
  std::int64_t images = 0;
  std::int64_t total = 0;
  double seconds = 0;  ///< since this evaluation began
};

/// The base branch's answers on some images of an evaluation; valid during the call.
struct PredictionEvent {
  std::span<const std::size_t> images;   ///< positions in the evaluation list
  std::span<const std::int64_t> labels;  ///< one for each image
  std::span<const double> logits;        ///< row-major, one row for each image, one column for each class
  bool of_test_split = false;            ///< the one evaluation on RunInfo::test, not that of an epoch
};

}  // namespace qcs
