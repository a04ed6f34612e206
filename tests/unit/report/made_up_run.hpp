// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <qcs/train/events.hpp>

namespace qcs::test {

inline constexpr int kSteps = 5;  // in an epoch

inline RunInfo made_up_info(int epochs = 3) {
  return {.model = "qcs",
          .backbone = "tiny",
          .dataset = "RAF-DB",
          .class_names = {"Surprise", "Fear", "Disgust", "Happy", "Sad", "Anger", "Neutral"},
          .epochs = epochs,
          .batches_per_epoch = kSteps,
          .train_images = 120,
          .eval_images = 70,
          .seed = 7,
          .recipe = {{"lr", "3e-06"}, {"batch", "24"}}};
}

/// `clock` stretches the times, which differ between two runs that are equal otherwise.
inline StepEvent made_up_step(std::int64_t step, double clock = 1) {
  const double loss = 2 / std::sqrt(static_cast<double>(step));
  return {.epoch = static_cast<int>((step - 1) / kSteps),
          .batch = (step - 1) % kSteps,
          .batches = kSteps,
          .step = step,
          .loss = loss,
          .accuracy = .25,
          .base_loss = loss + .125,
          .cross_loss = loss - .125,
          .images = 96,
          .seconds = clock * static_cast<double>(step) * .5};
}

inline EpochEvent made_up_epoch(int epoch, double clock = 1) {
  ConfusionMatrix confusion(7);
  for (int c = 0; c < 7; ++c) {
    confusion.add(c, c, 5 + epoch);
    confusion.add(c, (c + 1) % 7, 5 - epoch);
  }
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

inline RunSummary made_up_summary(int epochs = 3, double clock = 1) {
  const EpochEvent last = made_up_epoch(epochs - 1);
  return {.best_epoch = last.epoch,
          .best_accuracy = last.accuracy,
          .best_confusion = last.confusion,
          .steps = last.step,
          .seconds = clock * 13};
}

/// Tells `observer` of epochs `from`..`to`-1 of a run of three, then that the run has ended.
template <typename Observer>
void replay(Observer& observer, int from = 0, int to = 3, double clock = 1) {
  if constexpr (requires { observer.on_run_begin(made_up_info()); }) observer.on_run_begin(made_up_info());
  for (int epoch = from; epoch < to; ++epoch) {
    for (std::int64_t step = epoch * kSteps + 1; step <= (epoch + 1) * kSteps; ++step) {
      if constexpr (requires { observer.on_step(made_up_step(step)); })
        observer.on_step(made_up_step(step, clock));
    }
    if constexpr (requires { observer.on_epoch(made_up_epoch(epoch)); }) {
      observer.on_epoch(made_up_epoch(epoch, clock));
    }
  }
  if constexpr (requires { observer.on_run_end(made_up_summary()); }) {
    if (to == 3) observer.on_run_end(made_up_summary(3, clock));
  }
}

}  // namespace qcs::test
