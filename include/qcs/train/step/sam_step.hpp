// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <qcs/train/step/sam.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <qcs/train/step/step.hpp>
#include <string_view>
#include <utility>

namespace qcs {

/// Sharpness-aware step: two full forward and backward passes, each with its own dropout and its own update of the
/// batch-normalisation statistics, as in the public code.
class SamStep {
 public:
  static constexpr std::string_view kName = "sam";
  using Options = SamOptions;

  /// @param clip_norm largest norm of the gradient that the base optimiser steps with; 0 for any
  explicit SamStep(std::unique_ptr<torch::optim::Optimizer> base, const Options& options = {}, double clip_norm = 0)
      : sam_(std::move(base), options), clip_norm_(clip_norm) {}

  auto run(auto&& pass) {
    auto measured = pass();
    sam_.climb(gradient_norm_after(measured, sam_.base()));
    const auto climbed = pass();
    sam_.descend(clip_norm_, gradient_norm_after(climbed, sam_.base()));
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return sam_.base(); }
  void abandon() {
    sam_.restore();
    clear_gradients(sam_.base());
  }

 private:
  Sam sam_;
  double clip_norm_;
};
static_assert(StepPolicy<SamStep>);

}  // namespace qcs
