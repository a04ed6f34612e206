// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <qcs/core/torch.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// Copies tensors into others of the same shapes and types; on CUDA in a fixed number of launches, with LibTorch 2.1 or
/// newer. There may be none.
inline void copy_all(const std::vector<torch::Tensor>& from, const std::vector<torch::Tensor>& to) {
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 201
  // LibTorch takes no empty list, and copies the tensors of a list with several types one by one.
  std::map<torch::ScalarType, std::pair<std::vector<torch::Tensor>, std::vector<torch::Tensor>>> by_type;
  for (std::size_t i = 0; i < to.size(); ++i) {
    auto& [sources, targets] = by_type[to[i].scalar_type()];
    sources.push_back(from[i]);
    targets.push_back(to[i]);
  }
  for (auto& [type, lists] : by_type) at::_foreach_copy_(lists.second, lists.first);
#else
  for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
#endif
}

}  // namespace qcs
