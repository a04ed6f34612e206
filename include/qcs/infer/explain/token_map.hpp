// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>

namespace qcs {

/// Values of a scale's tokens (N) as they lie over the picture, row after row: (side, side), or (1, N) where N is no
/// square.
inline torch::Tensor token_map(const torch::Tensor& values) {
  std::int64_t side = 1;
  while (side * side < values.numel()) ++side;
  return side * side == values.numel() ? values.view({side, side}) : values.view({1, -1});
}

}  // namespace qcs
