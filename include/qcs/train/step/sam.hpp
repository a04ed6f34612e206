// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <qcs/core/torch.hpp>
#include <qcs/train/optimizer/copy_all.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// Sharpness-aware minimisation (Foret et al., ICLR 2021) around any optimiser. A step is: gradients, `climb()`,
/// gradients at the climbed weights, `descend()`. The norm is one over all parameters that have a gradient. On CUDA the
/// number of launches does not depend on the number of parameters.
class Sam {
 public:
  Sam(std::unique_ptr<torch::optim::Optimizer> base, SamOptions options) : base_(std::move(base)), options_(options) {}

  /// Moves the weights w by rho g/(|g| + epsilon), or w^2 g rho/(| |w| g | + epsilon) in the adaptive form, remembers w
  /// and clears the gradients. `norm` is |g| where it is known. Throws NumericError, and moves nothing, if a gradient
  /// is not finite.
  void climb(std::optional<double> norm = {}) {
    const torch::NoGradGuard no_grad;
    restore();
    auto [weights, gradients, indices] = Gradients::of(*base_);
    if (gradients.empty()) return;
    if (!norm) norm = checked_norm(joint_norm(gradients).item<double>());
    auto direction = gradients;
    double scale = options_.rho / (*norm + options_.epsilon);
    if (options_.adaptive) {
      const auto sizes = at::_foreach_abs(weights);
      direction = at::_foreach_mul(sizes, gradients);
      const auto length = joint_norm(direction).to(torch::kFloat64);
      at::_foreach_mul_(direction, sizes);
      // Of finite weights and gradients; should it overflow, then the pass that follows finds it.
      scale_all(direction, options_.rho / (length + options_.epsilon));
      scale = 1;
    }
    climbed_ = std::move(weights);
    saved_.resize(std::max(saved_.size(), indices.back() + 1));
    start_.clear();
    for (std::size_t i = 0; i < indices.size(); ++i) {
      auto& saved = saved_[indices[i]];
      if (!saved.defined()) saved = torch::empty_like(climbed_[i]);
      start_.push_back(saved);
    }
    copy_all(climbed_, start_);
    at::_foreach_add_(climbed_, direction, scale);
    clear_gradients(*base_);
  }

  /// Puts w back, lets the base optimiser step with the gradients of the climbed weights, and clears them. Before the
  /// step it clips these gradients, whose norm is `norm` where it is known, to `clip_norm`, if that is above 0. Throws
  /// NumericError, with w in place, if one is not finite.
  void descend(double clip_norm = 0, std::optional<double> norm = {}) {
    restore();
    clip_gradients(*base_, norm ? *norm : checked_gradient_norm(*base_), clip_norm);
    base_->step();
    clear_gradients(*base_);
  }

  /// Puts w back without a step, for a caller that gives up between `climb` and `descend` or has to save.
  void restore() {
    if (climbed_.empty()) return;
    const torch::NoGradGuard no_grad;
    copy_all(start_, climbed_);
    climbed_.clear();
  }

  /// Whether the weights are the climbed ones.
  bool climbed() const { return !climbed_.empty(); }

  /// The optimiser inside; its state is the only state that outlives a step.
  torch::optim::Optimizer& base() { return *base_; }

 private:
  std::unique_ptr<torch::optim::Optimizer> base_;
  SamOptions options_;
  std::vector<torch::Tensor> saved_;            // by parameter, kept so that memory is asked for once
  std::vector<torch::Tensor> climbed_, start_;  // weights while they are climbed ones, and where they started
};

}  // namespace qcs
