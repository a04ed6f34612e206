// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <memory>
#include <qcs/train/sam.hpp>
#include <string_view>

namespace qcs {

/// One optimiser update. `run(pass)` calls `pass()`, which leaves gradients behind and returns what it measured, as
/// often as the method needs, and returns what the first call returned: the measure at the weights themselves.
/// `optimizer()` owns all state that has to be saved; `abandon()` puts the weights back after an exception in `pass`.
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

  explicit SamStep(std::unique_ptr<torch::optim::Optimizer> base, SamOptions options = {})
      : sam_(std::move(base), options) {}

  auto run(auto&& pass) {
    auto measured = pass();
    sam_.climb();
    pass();
    sam_.descend();
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return sam_.base(); }
  void abandon() {
    sam_.restore();
    sam_.base().zero_grad();
  }

 private:
  Sam sam_;
};
static_assert(StepPolicy<SamStep>);

/// An ordinary step: one pass, half of SAM's cost.
class PlainStep {
 public:
  static constexpr std::string_view kName = "plain";

  /// `SamOptions` are taken and ignored, so that a trainer builds either step alike.
  explicit PlainStep(std::unique_ptr<torch::optim::Optimizer> optimizer, SamOptions = {})
      : optimizer_(std::move(optimizer)) {}

  auto run(auto&& pass) {
    auto measured = pass();
    optimizer_->step();
    optimizer_->zero_grad();
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() { optimizer_->zero_grad(); }

 private:
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};
static_assert(StepPolicy<PlainStep>);

}  // namespace qcs
