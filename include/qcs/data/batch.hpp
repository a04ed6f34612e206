// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <qcs/core/torch.hpp>
#include <qcs/topology/rules.hpp>

namespace qcs {

/// B training tuples of topology `T` with its N branches. Branch b's labels are `labels[role_of<T>(b)]`.
template <TopologyShape T>
struct TupleBatch {
  using Topology = T;

  torch::Tensor images;                                           ///< (N * B, 3, S, S) float32, branch after branch
  std::array<torch::Tensor, role_count<T>> labels;                ///< by role: (B) int64
  std::vector<std::array<std::size_t, branch_count<T>>> members;  ///< image numbers by tuple, then branch: B of them

  std::int64_t size() const { return static_cast<std::int64_t>(members.size()); }

  /// The images of one branch, (B, 3, S, S): a view.
  torch::Tensor branch(std::size_t b) const { return images.narrow(0, static_cast<std::int64_t>(b) * size(), size()); }

  /// The same of all branches.
  std::array<torch::Tensor, branch_count<T>> branches() const {
    std::array<torch::Tensor, branch_count<T>> views;
    for (std::size_t b = 0; b < views.size(); ++b) views[b] = branch(b);
    return views;
  }
};

/// B images with their labels.
struct LabelledBatch {
  torch::Tensor images;              ///< (B, 3, S, S) float32
  torch::Tensor labels;              ///< (B) int64
  std::vector<std::size_t> indices;  ///< image numbers in their list

  std::int64_t size() const { return static_cast<std::int64_t>(indices.size()); }
};

}  // namespace qcs
