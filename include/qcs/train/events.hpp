// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <qcs/metric/confusion_matrix.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

// What a training run tells its observers. An observer is any object with one or more of
//   on_run_begin(const RunInfo&)   on_step(const StepEvent&)   on_evaluation(const EvaluationProgress&)
//   on_epoch(const EpochEvent&)    on_run_end(const RunSummary&)    on_prediction(const PredictionEvent&)
// Accuracies are shares in 0..1, losses are mean cross entropies in nats, times are seconds of wall clock.

/// What is known when a run starts.
struct RunInfo {
  std::string model = {};
  std::string backbone = {};
  std::string dataset = {};
  std::vector<std::string> class_names = {};
  int epochs = 0;                      ///< epochs of the whole run, finished ones of a resumed run included
  std::int64_t batches_per_epoch = 0;  ///< optimiser steps of one epoch
  std::int64_t train_images = 0;
  std::int64_t eval_images = 0;
  std::uint64_t seed = 0;
  std::vector<std::pair<std::string, std::string>> recipe = {};  ///< name and printed value of every setting
};

/// One optimiser step.
struct StepEvent {
  int epoch = 0;             ///< from 0
  std::int64_t batch = 0;    ///< from 0, within the epoch
  std::int64_t batches = 0;  ///< batches of this epoch
  std::int64_t step = 0;     ///< from 1, over the whole run
  double loss = 0;           ///< mean of the base and cross losses of all branches
  double accuracy = 0;       ///< top-1 of the anchors' base logits in this batch
  double base_loss = 0;      ///< mean over the branches' base logits
  double cross_loss = 0;     ///< mean over the branches' cross logits
  std::int64_t images = 0;   ///< images that went through the network, all branches together
  double seconds = 0;        ///< training time since the run began
};

/// One epoch of training and the evaluation after it.
struct EpochEvent {
  int epoch = 0;  ///< from 0
  double learning_rate = 0;
  double train_loss = 0;
  double train_accuracy = 0;
  double train_base_loss = 0;
  double train_cross_loss = 0;
  double eval_loss = 0;
  ConfusionMatrix confusion = {};  ///< of the evaluation
  double accuracy = 0;             ///< of the evaluation
  bool best = false;               ///< the highest accuracy so far
  double seconds = 0;              ///< since the run began
  std::int64_t step = 0;           ///< last step of the epoch
  std::vector<double> gates = {};  ///< learnt gate of each cross-similarity scale; may be empty
};

/// How a run ended.
struct RunSummary {
  int best_epoch = 0;  ///< from 0
  double best_accuracy = 0;
  ConfusionMatrix best_confusion = {};
  std::int64_t steps = 0;
  double seconds = 0;
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
};

}  // namespace qcs
