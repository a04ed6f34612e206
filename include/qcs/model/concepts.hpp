// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/topology/rules.hpp>
#include <vector>

namespace qcs {

/// Side of the images that networks take, in pixels.
inline constexpr std::int64_t kInputSize = 224;

/// Features of one image batch by scale, from fine to coarse: (B, channels, grid, grid) as the backbone's FeatureLayout
/// says.
using Features = std::vector<torch::Tensor>;

/// One tensor for every branch of a topology, in the order of `T::kBranches`.
template <TopologyShape T>
using BranchTensors = std::array<torch::Tensor, branch_count<T>>;

/// All branches in one batch, (N * B, ...), branch after branch.
template <TopologyShape T>
torch::Tensor stacked(const BranchTensors<T>& branches) {
  return torch::cat(std::vector<torch::Tensor>(branches.begin(), branches.end()));
}

/// The branches of a batch of all of them, (B, ...) each: views.
template <TopologyShape T>
BranchTensors<T> unstacked(const torch::Tensor& all) {
  BranchTensors<T> branches;
  const auto size = all.size(0) / static_cast<std::int64_t>(branches.size());
  for (std::size_t b = 0; b < branches.size(); ++b)
    branches[b] = all.narrow(0, static_cast<std::int64_t>(b) * size, size);
  return branches;
}

/// The transformers that suit a backbone.
struct TransformerShape {
  std::int64_t width;                     ///< channels of a token, a multiple of `heads`
  std::int64_t heads;                     ///< attention heads
  std::int64_t base_depth = 2;            ///< blocks of the base transformer
  double initial_weight_deviation = .01;  ///< of their linear layers
};

}  // namespace qcs
