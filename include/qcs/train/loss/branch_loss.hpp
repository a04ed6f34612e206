// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <qcs/core/autocast.hpp>
#include <qcs/core/error.hpp>
#include <qcs/model/network.hpp>
#include <qcs/train/loss/cross_entropy.hpp>
#include <qcs/train/loss/loss.hpp>
#include <string_view>
#include <vector>

namespace qcs {

/// Labels of a tuple batch, one int64 tensor (B) per role of the topology.
template <TopologyShape T>
using RoleLabels = std::array<torch::Tensor, role_count<T>>;

inline constexpr double kPublishedCrossShare = .5;

/// Losses of a training pass: each 0-d, in branch order.
template <TopologyShape T>
struct BranchLosses {
  BranchTensors<T> base;
  BranchTensors<T> cross;

  /// The training loss: the mean of all 2N losses (Wang et al., AAAI 2025), or another share, 0 to 1, of the cross
  /// ones.
  torch::Tensor mean(double cross_share = kPublishedCrossShare) const {
    if (cross_share == kPublishedCrossShare) return (mean_of(base) + mean_of(cross)) / 2;
    return mean_of(base) * (1 - cross_share) + mean_of(cross) * cross_share;
  }

  /// Mean over the branches of one kind of loss.
  static torch::Tensor mean_of(const BranchTensors<T>& losses) {
    return torch::stack(std::vector<torch::Tensor>(losses.begin(), losses.end())).mean();
  }
};

/// `loss` of the base and cross logits, in float32 at least, of every branch against the labels of its role. `images`,
/// (N, B) int64 on the logits' device, are the numbers of the images in the training list, a row for each branch; it
/// may be undefined where the loss does not read them. Throws ShapeError if the loss is no single number.
template <TopologyShape T, class Loss = CrossEntropy>
BranchLosses<T> branch_losses(const BranchOutput<T>& output, const RoleLabels<T>& labels,
                              const torch::Tensor& images = {}, const Loss& loss = Loss()) {
  BranchLosses<T> losses;
  const auto one = [&](const torch::Tensor& logits, const BranchTarget& target) {
    torch::Tensor value = loss(at_least_float32(logits), target);
    if (value.dim() != 0)
      throw ShapeError(fmt::format("the loss `{}` gave shape ({}), expected one number, the mean over the batch",
                                   std::string_view(Loss::kName), fmt::join(value.sizes(), ", ")));
    return value;
  };
  for (std::size_t b = 0; b < branch_count<T>; ++b) {
    const BranchTarget target{
        .labels = labels[static_cast<std::size_t>(role_of<T>(b))],
        .images = images.defined() ? images.select(0, static_cast<std::int64_t>(b)) : torch::Tensor()};
    losses.base[b] = one(output.base_logits[b], target);
    losses.cross[b] = one(output.cross_logits[b], target);
  }
  return losses;
}

}  // namespace qcs
