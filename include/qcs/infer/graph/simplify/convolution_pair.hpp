// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/infer/graph/graph_rewrite.hpp>
#include <qcs/infer/graph/simplify/place_bias.hpp>
#include <qcs/nn/linear.hpp>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// Two convolutions without anything between them.
struct ConvolutionPair {
  const graph::Convolution &first, &second;
  const graph::Shape &input, &between, &output;

  std::int64_t window() const { return first.weight.size(2) + first.stride * (second.weight.size(2) - 1); }

  /// Multiplications of a convolution that gives this.
  static std::int64_t work(const graph::Shape& result, std::int64_t in, std::int64_t window) {
    return result[0] * result[1] * result[2] * in * window * window;
  }

  bool one_is_cheaper() const {
    return work(output, input[0], window()) <
           work(between, input[0], first.weight.size(2)) + work(output, between[0], second.weight.size(2));
  }

  /// Whether the places around the first result, which the second convolution takes for zeros, are what the first one
  /// would make of zeros: those that are read must see nothing of the image.
  bool zeros_stay_zeros() const {
    const auto window = first.weight.size(2);
    const auto beyond = [&](int side) {
      const bool before = -first.stride - first.padding + window - 1 < 0;
      const auto last_read =
          second.stride * (output[static_cast<std::size_t>(side)] - 1) - second.padding + second.weight.size(2) - 1;
      const auto size = between[static_cast<std::size_t>(side)];
      return (second.padding == 0 || before) &&
             (last_read < size || first.stride * size - first.padding >= input[static_cast<std::size_t>(side)]);
    };
    return beyond(1) && beyond(2);
  }

  /// (I) where it is the same at all places.
  torch::Tensor first_bias() const {
    return first.bias.defined() ? first.bias.to(torch::kFloat64) : torch::zeros(between[0], torch::kFloat64);
  }

  graph::Convolution merged() const {
    const auto outputs = second.weight.size(0), channels = second.weight.size(1), inputs = first.weight.size(1);
    const auto inner = first.weight.size(2), outer = second.weight.size(2), step = first.stride;
    const auto rows = first.weight.permute({1, 2, 3, 0}).reshape({-1, channels});
    auto weight = torch::zeros({outputs, inputs, window(), window()});
    for (std::int64_t row = 0; row < outer; ++row)
      for (std::int64_t column = 0; column < outer; ++column)
        weight.narrow(2, row * step, inner).narrow(3, column * step, inner) +=
            dense(rows, second.weight.select(3, column).select(2, row).contiguous(), /*bias=*/{})
                .t()
                .reshape({outputs, inputs, inner, inner});
    return {.weight = weight,
            .bias = smallest_bias(convolved(first_bias(), second, between) + place_bias(second, output)),
            .stride = first.stride * second.stride,
            .padding = first.padding + first.stride * second.padding};
  }
};

}  // namespace detail

/// Makes one convolution of two that follow each other where that takes fewer multiplications.
inline InferenceGraph with_convolutions_merged(const InferenceGraph& graph) {
  GraphRewrite rewrite(graph);
  for (const auto& node : graph.nodes()) {
    const auto* second = node.as<graph::Convolution>();
    const auto* before = second == nullptr ? nullptr : graph.producer(node.inputs[0]);
    const auto* first = before == nullptr ? nullptr : before->as<graph::Convolution>();
    if (first != nullptr && graph.read_once(node.inputs[0])) {
      const detail::ConvolutionPair pair{*first, *second, graph.shape(before->inputs[0]), graph.shape(node.inputs[0]),
                                         graph.shape(node.outputs[0])};
      if (pair.one_is_cheaper() && pair.zeros_stay_zeros()) {
        rewrite.replace(node.outputs[0], rewrite.add(pair.merged(), {rewrite[before->inputs[0]]}));
        continue;
      }
    }
    rewrite.copy(node);
  }
  return std::move(rewrite).finish();
}

}  // namespace qcs
