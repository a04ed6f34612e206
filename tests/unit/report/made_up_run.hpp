// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <qcs/train/events.hpp>
#include <qcs/train/observer.hpp>
#include <vector>

namespace qcs::test {

inline constexpr int kSteps = 5, kEpochs = 3, kAllSteps = kSteps * kEpochs;

inline RunInfo made_up_info() {
  return {.model = "QCS",
          .backbone = "tiny",
          .dataset = "RAF-DB",
          .class_names = {"Surprise", "Fear", "Disgust", "Happy", "Sad", "Anger", "Neutral"},
          .role_names = {"anchor", "negative"},
          .epochs = kEpochs,
          .batches_per_epoch = kSteps,
          .steps_per_epoch = kSteps,
          .seed = 7,
          .train = {.name = "train", .class_counts = {20, 10, 30, 15, 15, 15, 15}},
          .eval = {.name = "validation", .class_counts = {10, 10, 10, 10, 10, 10, 10}},
          .test = {.name = "test", .class_counts = {10, 10, 10, 10, 10, 10, 10}},
          .selection = Selection::kValidation,
          .recipe = {{"lr", "3e-06"}, {"batch", "24"}}};
}

/// `clock` stretches the times, which differ between two runs that are equal otherwise.
inline StepEvent made_up_step(std::int64_t step, double clock = 1) {
  const double loss = 2 / std::sqrt(static_cast<double>(step));
  return {.epoch = static_cast<int>((step - 1) / kSteps),
          .batch = (step - 1) % kSteps,
          .batches = kSteps,
          .step = step,
          .learning_rate = 3e-6,
          .loss = loss,
          .accuracy = .25,
          .base_loss = loss + .125,
          .cross_loss = loss - .125,
          .roles = {{.base = loss, .cross = loss - .25}, {.base = loss + .25, .cross = loss}},
          .images = 96,
          .seconds = clock * static_cast<double>(step) * .5};
}

/// Ten images a class, of which 5 + epoch are recognised.
inline std::int64_t made_up_answer(int epoch, std::size_t image) {
  const auto label = static_cast<std::int64_t>(image / 10);
  return static_cast<int>(image % 10) < 5 + epoch ? label : (label + 1) % 7;
}

inline ConfusionMatrix made_up_confusion(int epoch) {
  ConfusionMatrix confusion(7);
  for (std::size_t image = 0; image < 70; ++image)
    confusion.add(static_cast<int>(image / 10), static_cast<int>(made_up_answer(epoch, image)));
  return confusion;
}

inline EpochEvent made_up_epoch(int epoch, double clock = 1) {
  const ConfusionMatrix confusion = made_up_confusion(epoch);
  return {.epoch = epoch,
          .learning_rate = 3e-6 * std::pow(.98, epoch),
          .train_loss = 1.5 / (epoch + 1),
          .train_accuracy = .3 + .1 * epoch,
          .train_base_loss = 1.75 / (epoch + 1),
          .train_cross_loss = 1.25 / (epoch + 1),
          .eval_loss = 1.1 / (epoch + 1),
          .confusion = confusion,
          .accuracy = confusion.accuracy(),
          .best = true,
          .seconds = clock * 4 * (epoch + 1),
          .step = kSteps * (epoch + 1),
          .gates = {1, .5, .25}};
}

inline RunSummary made_up_summary(double clock = 1) {
  const EpochEvent last = made_up_epoch(kEpochs - 1);
  return {.best_epoch = last.epoch,
          .best_accuracy = last.accuracy,
          .best_confusion = last.confusion,
          .steps = last.step,
          .seconds = clock * 13,
          .test = Evaluation{.confusion = made_up_confusion(1), .loss = .1 + .2}};
}

/// Tells of the evaluation after an epoch, in two batches.
void predict(auto& observer, int epoch, bool of_test_split) {
  for (std::size_t from : {0, 35}) {
    std::vector<std::size_t> images;
    std::vector<std::int64_t> labels;
    std::vector<double> logits(35 * 7, -1 / 3.);
    for (std::size_t i = 0; i < 35; ++i) {
      images.push_back(from + i);
      labels.push_back(static_cast<std::int64_t>((from + i) / 10));
      logits[7 * i + static_cast<std::size_t>(made_up_answer(epoch, from + i))] = 1 + .1 * epoch;
    }
    notify(PredictionEvent{.images = images, .labels = labels, .logits = logits, .of_test_split = of_test_split},
           observer);
  }
}

/// What one process does of a run of three epochs.
struct Part {
  std::int64_t done = 0;  ///< steps that lie behind
  std::int64_t until = kAllSteps;
  double clock = 1;
};

/// Tells `observer` of a part of the run; of the end when all epochs are done.
void replay(auto& observer, Part part = {}) {
  RunInfo info = made_up_info();
  info.done_steps = part.done;
  info.done_epochs = static_cast<int>(part.done / kSteps);
  if (part.done > 0) info.notes = {"lr was 1e-06"};
  notify(info, observer);
  for (std::int64_t step = part.done + 1; step <= part.until; ++step) {
    notify(made_up_step(step, part.clock), observer);
    if (step % kSteps != 0) continue;
    const auto epoch = static_cast<int>(step / kSteps) - 1;
    predict(observer, epoch, false);
    notify(made_up_epoch(epoch, part.clock), observer);
  }
  if (part.until < kAllSteps) return;
  predict(observer, 1, true);
  notify(made_up_summary(part.clock), observer);
}

}  // namespace qcs::test
