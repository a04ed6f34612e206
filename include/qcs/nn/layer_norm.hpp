// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/autocast.hpp>

namespace qcs {

/// Layer normalisation over the last dimension, (..., width) -> (..., width), in float32 at least: LibTorch 1.13 has
/// none of bfloat16 with float32 parameters. The epsilon has no default, as PyTorch's is not that of the published
/// transformers.
class LayerNormImpl : public torch::nn::LayerNormImpl {
 public:
  LayerNormImpl(std::int64_t width, double epsilon)
      : torch::nn::LayerNormImpl(torch::nn::LayerNormOptions({width}).eps(epsilon)) {}

  torch::Tensor forward(const torch::Tensor& x) { return torch::nn::LayerNormImpl::forward(at_least_float32(x)); }
};
TORCH_MODULE(LayerNorm);

}  // namespace qcs
