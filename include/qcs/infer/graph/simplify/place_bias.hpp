// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/infer/graph/operation.hpp>
#include <qcs/infer/graph/shape.hpp>
#include <vector>

namespace qcs::detail {

/// A bias for each place of a convolution's result, float64: (O, H, W).
inline torch::Tensor place_bias(const graph::Convolution& layer, const graph::Shape& output) {
  if (!layer.bias.defined()) return torch::zeros(output, torch::kFloat64);
  const auto bias = layer.bias.to(torch::kFloat64);
  return bias.dim() == 3 ? bias : bias.view({-1, 1, 1}).expand(output).contiguous();
}

/// What a convolution without bias makes of one value for each channel, (I), or for each channel and place, (I, H, W);
/// float64. `input` is the shape of what it reads.
inline torch::Tensor convolved(const torch::Tensor& values, const graph::Convolution& layer,
                               const graph::Shape& input) {
  const auto convolve = [&](const torch::Tensor& image, const torch::Tensor& weight) {
    return torch::conv2d(image.unsqueeze(0), weight, /*bias=*/{}, layer.stride, layer.padding).squeeze(0);
  };
  if (values.dim() != 1) return convolve(values, layer.weight.to(torch::kFloat64));
  // Of channels that are the same everywhere, one that holds ones is left.
  std::vector<torch::Tensor> weights;
  for (const auto& output : layer.weight.split(/*outputs at once=*/64))
    weights.push_back(torch::tensordot(output.to(torch::kFloat64), values, {1}, {0}));
  return convolve(torch::ones({1, input[1], input[2]}, torch::kFloat64), torch::cat(weights).unsqueeze(1));
}

/// The smallest form of a bias (O, H, W): (O) where it is the same at all places, but for rounding. Float32.
inline torch::Tensor smallest_bias(const torch::Tensor& bias) {
  const auto first = bias.select(2, 0).select(1, 0);
  const auto difference = (bias - first.view({-1, 1, 1})).abs().max().item<double>();
  const bool uniform = difference <= 1e-12 * bias.abs().max().item<double>();
  return (uniform ? first : bias).to(torch::kFloat32).contiguous();
}

}  // namespace qcs::detail
