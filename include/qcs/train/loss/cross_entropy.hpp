// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/train/loss/loss.hpp>
#include <string_view>

namespace qcs {

/// Cross entropy against the labels. Label smoothing is the share of the target that is spread evenly over all classes
/// (Szegedy et al., CVPR 2016).
class CrossEntropy {
 public:
  static constexpr std::string_view kName = "cross entropy";
  static constexpr bool kReadsImages = false;

  explicit CrossEntropy(const LossOptions& options = {}) : options_(options) {}

  torch::Tensor operator()(const torch::Tensor& logits, const BranchTarget& target) const {
    return torch::cross_entropy_loss(logits, target.labels, {}, at::Reduction::Mean, -100, options_.label_smoothing);
  }

  const LossOptions& options() const { return options_; }

 private:
  LossOptions options_;
};
static_assert(LossPolicy<CrossEntropy>);

}  // namespace qcs
