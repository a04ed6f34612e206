// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <qcs/core/torch.hpp>
#include <vector>

namespace qcs {

/// Copies tensors into others of the same shapes; on CUDA in a fixed number of launches, with LibTorch 2.1 or newer.
inline void copy_all(const std::vector<torch::Tensor>& from, const std::vector<torch::Tensor>& to) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
  at::_foreach_copy_(to, from);
#else
  for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
#endif
}

}  // namespace qcs
