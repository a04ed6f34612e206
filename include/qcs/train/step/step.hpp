// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <memory>
#include <qcs/train/step/sam.hpp>
#include <string_view>

namespace qcs {

/// Values of a step.
struct StepOptions {
  SamOptions sam = {};
  double clip_norm = 0;  ///< largest norm of the gradient that the base optimiser steps with; 0 for any
};

/// One optimiser update. `run(pass)` calls `pass()`, which leaves gradients behind and returns what it measured, as
/// often as the method needs, and returns what the first call returned: the measure at the weights themselves. It
/// throws NumericError before the update if a gradient is not finite. `optimizer()` owns all state that has to be
/// saved; `abandon()` puts the weights back after an exception in `run`.
template <class S>
concept StepPolicy = requires(S& step, int (*pass)()) {
  { S::kName } -> std::convertible_to<std::string_view>;
  { step.run(pass) } -> std::same_as<int>;
  { step.optimizer() } -> std::same_as<torch::optim::Optimizer&>;
  step.abandon();
};

/// Sharpness-aware step: two full forward and backward passes, each with its own dropout and its own update of the
/// batch-normalisation statistics, as in the public code.
class SamStep {
 public:
  static constexpr std::string_view kName = "sam";

  explicit SamStep(std::unique_ptr<torch::optim::Optimizer> base, StepOptions options = {})
      : sam_(std::move(base), options.sam), clip_norm_(options.clip_norm) {}

  auto run(auto&& pass) {
    auto measured = pass();
    sam_.climb();
    pass();
    sam_.descend(clip_norm_);
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return sam_.base(); }
  void abandon() {
    sam_.restore();
    sam_.base().zero_grad();
  }

 private:
  Sam sam_;
  double clip_norm_;
};
static_assert(StepPolicy<SamStep>);

/// An ordinary step: one pass, half of SAM's cost.
class PlainStep {
 public:
  static constexpr std::string_view kName = "plain";

  /// The options of SAM play no part.
  explicit PlainStep(std::unique_ptr<torch::optim::Optimizer> optimizer, StepOptions options = {})
      : optimizer_(std::move(optimizer)), clip_norm_(options.clip_norm) {}

  auto run(auto&& pass) {
    auto measured = pass();
    check_and_clip_gradients(*optimizer_, clip_norm_);
    optimizer_->step();
    optimizer_->zero_grad();
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() { optimizer_->zero_grad(); }

 private:
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  double clip_norm_;
};
static_assert(StepPolicy<PlainStep>);

}  // namespace qcs
