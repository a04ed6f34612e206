// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <qcs/infer/graph/inference_graph.hpp>
#include <qcs/infer/graph/operation.hpp>
#include <qcs/infer/graph/shape.hpp>

namespace qcs {

/// Multiplications of weights and of attention for one image; those of normalisation, activations and modules of one's
/// own are not counted.
inline std::int64_t multiplications(const InferenceGraph& graph) {
  const auto size = [](const graph::Shape& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  };
  std::int64_t sum = 0;
  for (const auto& node : graph.nodes()) {
    if (const auto* convolution = node.as<graph::Convolution>()) {
      const auto& out = graph.shape(node.outputs[0]);
      sum += convolution->weight.numel() * out[1] * out[2];
    } else if (const auto* linear = node.as<graph::Linear>()) {
      const auto& out = graph.shape(node.outputs[0]);
      sum += linear->weight.numel() * size(out) / out.back();
    } else if (const auto* attention = node.as<graph::SelfAttention>()) {
      const auto& tokens = graph.shape(node.inputs[0]);
      const auto count = tokens[0], width = tokens[1];
      // Of the first token alone, keys and values are never made: see TorchEngine.
      sum += attention->first_token_only ? 4 * width * width + 2 * attention->heads * count * width
                                         : 4 * count * width * width + 2 * count * count * width;
    }
  }
  return sum;
}

}  // namespace qcs
