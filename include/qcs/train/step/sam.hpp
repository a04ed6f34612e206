// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <memory>
#include <qcs/core/torch.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <vector>

namespace qcs {

/// Sharpness-aware minimisation (Foret et al., ICLR 2021) around any optimiser. A step is: gradients, `climb()`,
/// gradients at the climbed weights, `descend()`. The norm is one over all parameters that have a gradient.
class Sam {
 public:
  Sam(std::unique_ptr<torch::optim::Optimizer> base, SamOptions options) : base_(std::move(base)), options_(options) {}

  /// Moves the weights w by rho g/(|g| + epsilon), or w^2 g rho/(| |w| g | + epsilon) in the adaptive form, remembers w
  /// and clears the gradients. Throws NumericError, and moves nothing, if a gradient is not finite.
  void climb() {
    const torch::NoGradGuard no_grad;
    restore();
    std::vector<torch::Tensor> norms;
    for_each_gradient(*base_, [&](const torch::Tensor& w, const torch::Tensor& g, std::size_t) {
      norms.push_back((options_.adaptive ? w.abs() * g : g).norm());
    });
    if (norms.empty()) return;
    const auto scale = options_.rho / (joint_norm(norms) + options_.epsilon);
    for_each_gradient(*base_, [&](const torch::Tensor& w, const torch::Tensor& g, std::size_t index) {
      saved_.resize(std::max(saved_.size(), index + 1));
      if (saved_[index].defined())
        saved_[index].copy_(w);
      else
        saved_[index] = w.clone();
      w.add_((options_.adaptive ? w * w * g : g) * scale);
    });
    climbed_ = true;
    base_->zero_grad();
  }

  /// Puts w back, lets the base optimiser step with the gradients of the climbed weights, and clears them. Before the
  /// step it clips these gradients to `clip_norm`, if that is above 0. Throws NumericError, with w in place, if one is
  /// not finite.
  void descend(double clip_norm = 0) {
    restore();
    check_and_clip_gradients(*base_, clip_norm);
    base_->step();
    base_->zero_grad();
  }

  /// Puts w back without a step, for a caller that gives up between `climb` and `descend` or has to save.
  void restore() {
    if (!climbed_) return;
    const torch::NoGradGuard no_grad;
    std::size_t index = 0;
    for (auto& group : base_->param_groups())
      for (auto& parameter : group.params()) {
        if (index < saved_.size() && saved_[index].defined()) parameter.copy_(saved_[index]);
        ++index;
      }
    climbed_ = false;
  }

  /// Whether the weights are the climbed ones.
  bool climbed() const { return climbed_; }

  /// The optimiser inside; its state is the only state that outlives a step.
  torch::optim::Optimizer& base() { return *base_; }

 private:
  std::unique_ptr<torch::optim::Optimizer> base_;
  SamOptions options_;
  std::vector<torch::Tensor> saved_;
  bool climbed_ = false;
};

}  // namespace qcs
