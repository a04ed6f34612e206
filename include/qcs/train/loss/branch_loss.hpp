// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/network.hpp>
#include <vector>

namespace qcs {

/// Labels of a tuple batch, one int64 tensor (B) per role of the topology.
template <TopologyShape T>
using RoleLabels = std::array<torch::Tensor, role_count<T>>;

/// Cross entropies of a training pass: each 0-d, in branch order.
template <TopologyShape T>
struct BranchLosses {
  BranchTensors<T> base;
  BranchTensors<T> cross;

  /// The training loss, mean of all 2N cross entropies (Wang et al., AAAI 2025).
  torch::Tensor mean() const { return (mean_of(base) + mean_of(cross)) / 2; }

  /// Mean over the branches of one kind of loss.
  static torch::Tensor mean_of(const BranchTensors<T>& losses) {
    return torch::stack(std::vector<torch::Tensor>(losses.begin(), losses.end())).mean();
  }
};

/// Cross entropy of the base and cross logits of every branch against the labels of its role. `smoothing` in 0..1 is
/// the share of the target that is spread evenly over all classes (Szegedy et al., CVPR 2016).
template <TopologyShape T>
BranchLosses<T> branch_losses(const BranchOutput<T>& output, const RoleLabels<T>& labels, double smoothing = 0) {
  BranchLosses<T> losses;
  const auto entropy = [&](const torch::Tensor& logits, const torch::Tensor& target) {
    return torch::cross_entropy_loss(logits, target, {}, at::Reduction::Mean, -100, smoothing);
  };
  for (std::size_t b = 0; b < branch_count<T>; ++b) {
    const auto& target = labels[static_cast<std::size_t>(role_of<T>(b))];
    losses.base[b] = entropy(output.base_logits[b], target);
    losses.cross[b] = entropy(output.cross_logits[b], target);
  }
  return losses;
}

}  // namespace qcs
