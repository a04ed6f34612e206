// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>

namespace qcs {

/// Layer normalisation over the last dimension, (..., width) -> (..., width); PyTorch's default epsilon is another one
/// than that of the published transformers.
inline torch::nn::LayerNorm layer_norm(std::int64_t width, double epsilon) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(epsilon));
}

}  // namespace qcs
