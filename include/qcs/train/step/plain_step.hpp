// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/step.hpp>
#include <string_view>
#include <utility>

namespace qcs {

/// An ordinary step: one pass, half of SAM's cost.
class PlainStep {
 public:
  static constexpr std::string_view kName = "plain";
  using Options = NoOptions;

  /// @param clip_norm largest norm of the gradient that the optimiser steps with; 0 for any
  explicit PlainStep(std::unique_ptr<torch::optim::Optimizer> optimizer, const Options& = {}, double clip_norm = 0)
      : optimizer_(std::move(optimizer)), clip_norm_(clip_norm) {}

  auto run(auto&& pass) {
    auto measured = pass();
    clip_gradients(*optimizer_, gradient_norm_after(measured, *optimizer_), clip_norm_);
    optimizer_->step();
    clear_gradients(*optimizer_);
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() { clear_gradients(*optimizer_); }

 private:
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  double clip_norm_;
};
static_assert(StepPolicy<PlainStep>);

}  // namespace qcs
