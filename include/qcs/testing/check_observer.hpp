// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/observer.hpp>
#include <string>

namespace qcs::testing {

namespace detail {

/// Tells an observer of a run of two epochs, the last three steps of which go wrong, as a trainer would.
template <class O>
void made_up_run(Findings& findings, O& observer, const RunInfo& info, RunEnd end) {
  const auto tell = [&](const char* hook, const auto& event) {
    findings.attempt(hook, [&] { notify(event, observer); });
  };
  ConfusionMatrix confusion(3);
  for (int label = 0; label < 3; ++label) confusion.add(label, label == 2 ? 0 : label);
  tell("on_run_begin()", info);
  std::int64_t step = info.done_steps;
  for (int epoch = info.done_epochs; epoch < info.epochs; ++epoch) {
    for (std::int64_t batch = 0; batch < info.batches_per_epoch; ++batch)
      tell("on_step()", StepEvent{.epoch = epoch,
                                  .batch = batch,
                                  .batches = info.batches_per_epoch,
                                  .step = ++step,
                                  .learning_rate = 1e-3,
                                  .loss = 1. / static_cast<double>(step),
                                  .accuracy = .5,
                                  .base_loss = .7,
                                  .cross_loss = .6,
                                  .roles = {info.role_names.size(), RoleLoss{.base = .7, .cross = .6}},
                                  .images = 12,
                                  .seconds = .1 * static_cast<double>(step)});
    for (int in_a_row = 1; in_a_row <= 3; ++in_a_row)
      tell("on_skipped_step()", SkippedStepEvent{.epoch = epoch,
                                                 .batch = in_a_row,
                                                 .reason = "the loss became not a number",
                                                 .images = {"a.png", "b \"quoted\".png"},
                                                 .in_a_row = in_a_row});
    for (const std::int64_t images : {0, 2, 3})
      tell("on_evaluation()", EvaluationProgress{.images = images, .total = 3, .seconds = .1});
    constexpr std::array<std::size_t, 3> kImages{0, 1, 2};
    constexpr std::array<std::int64_t, 3> kLabels{0, 1, 2};
    constexpr std::array<double, 9> kLogits{2, 0, 0, 0, 2, 0, 1, 0, 0};
    tell("on_prediction()", PredictionEvent{.images = kImages, .labels = kLabels, .logits = kLogits});
    tell("on_epoch()",
         EpochEvent{.epoch = epoch,
                    .learning_rate = 1e-3,
                    .train_loss = .5,
                    .train_accuracy = .6,
                    .eval_loss = .4,
                    .confusion = confusion,
                    .accuracy = 2. / 3,
                    .best = epoch == 0,
                    .seconds = 1,
                    .step = step,
                    .gates = info.role_names.size() > 1 ? std::vector<double>{.1, -.2, 0} : std::vector<double>{}});
    tell("on_checkpoint()", CheckpointEvent{.file = "last.pt", .epoch = epoch, .batch = 0, .step = step});
  }
  RunSummary summary{
      .best_epoch = 0, .best_accuracy = 2. / 3, .best_confusion = confusion, .steps = step, .seconds = 2, .end = end};
  if (end == RunEnd::kComplete) summary.test = Evaluation{.confusion = confusion, .loss = .4};
  tell("on_run_end()", summary);
}

inline RunInfo made_up_info() {
  RunInfo info;
  info.model = "QCS";
  info.backbone = "small";
  info.dataset = "made up";
  info.class_names = {"one", "two, with a comma", "three"};
  info.role_names = {"anchor", "negative"};
  info.epochs = 2;
  info.batches_per_epoch = info.steps_per_epoch = 2;
  info.train.class_counts = {4, 4, 0};
  info.eval = {.name = "validation", .class_counts = {1, 1, 1}};
  info.test = {.name = "test", .class_counts = {1, 1, 1}};
  info.selection = Selection::kValidation;
  info.recipe = {{"epochs", "2"}};
  info.environment = {{"threads", "1"}};
  return info;
}

}  // namespace detail

/// Tells an observer of made-up runs: one of two epochs with every event, the same resumed and interrupted, and one
/// without gates and test split. A hook that throws is a finding. What the observer writes, it writes. Throws
/// CheckError with everything that is wrong.
template <class O>
void check_observer(O& observer) {
  Findings findings("observer", part_name<O>());
  auto info = detail::made_up_info();
  detail::made_up_run(findings, observer, info, RunEnd::kComplete);
  info.done_epochs = 1;
  info.done_steps = 2;
  info.notes = {"epochs changed from 1 to 2"};
  detail::made_up_run(findings, observer, info, RunEnd::kInterrupted);
  info = detail::made_up_info();
  info.role_names = {"anchor"};
  info.test = {};
  info.selection = Selection::kLast;
  detail::made_up_run(findings, observer, info, RunEnd::kEarly);
  findings.throw_if_any();
}

/// The same of an observer that is made without arguments.
template <std::default_initializable O>
void check_observer() {
  O observer;
  check_observer(observer);
}

}  // namespace qcs::testing
