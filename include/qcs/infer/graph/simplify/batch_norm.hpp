// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <qcs/infer/graph/graph_rewrite.hpp>
#include <qcs/infer/graph/simplify/place_bias.hpp>
#include <set>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// x * scale + shift by channel, (C) each, float64.
struct ChannelAffine {
  torch::Tensor scale, shift;

  static ChannelAffine of(const graph::BatchNorm& norm) {
    const auto exact = [](const torch::Tensor& t) { return t.to(torch::kFloat64); };
    const auto scale = exact(norm.weight) * (exact(norm.variance) + norm.epsilon).rsqrt();
    return {scale, exact(norm.bias) - exact(norm.mean) * scale};
  }

  /// For the values of flattened features, of which each channel has this many.
  ChannelAffine repeated(std::int64_t places) const {
    return {scale.repeat_interleave(places), shift.repeat_interleave(places)};
  }
};

/// A convolution of what `before` makes of its input, (I, H, W). Where zeros are put around the image, the shift is not
/// there either, so that the bias depends on the place.
inline graph::Convolution after_affine(graph::Convolution layer, const ChannelAffine& before, const graph::Shape& input,
                                       const graph::Shape& output) {
  layer.bias = smallest_bias(convolved(before.shift, layer, input) + place_bias(layer, output));
  layer.weight = layer.weight * before.scale.to(torch::kFloat32).view({1, -1, 1, 1});
  return layer;
}

/// A convolution and what `after` makes of its result.
inline graph::Convolution before_affine(graph::Convolution layer, const ChannelAffine& after,
                                        const graph::Shape& output) {
  const auto by_channel = [](const torch::Tensor& t) { return t.view({-1, 1, 1}); };
  layer.bias = smallest_bias(place_bias(layer, output) * by_channel(after.scale) + by_channel(after.shift));
  layer.weight = layer.weight * after.scale.to(torch::kFloat32).view({-1, 1, 1, 1});
  return layer;
}

inline graph::Linear after_affine(graph::Linear layer, const ChannelAffine& before) {
  const auto weight = layer.weight.to(torch::kFloat64);
  layer.bias = (layer.bias.to(torch::kFloat64) + weight.mv(before.shift)).to(torch::kFloat32);
  layer.weight = (weight * before.scale).to(torch::kFloat32);
  return layer;
}

/// Whether everything that reads a value can take up a batch normalisation before it.
inline bool readers_take_affine(const InferenceGraph& graph, graph::Value value) {
  const auto readers = graph.readers(value);
  return value != graph.output() && std::ranges::all_of(readers, [&](const graph::Node* reader) {
           if (reader->as<graph::Convolution>() != nullptr) return true;
           if (reader->as<graph::Linear>() != nullptr) return graph.shape(value).size() == 1;
           return reader->as<graph::Flatten>() != nullptr && readers_take_affine(graph, reader->outputs[0]);
         });
}

}  // namespace detail

/// Puts batch normalisation after a convolution, and before convolutions and linear layers, into their weights.
inline InferenceGraph with_batch_norm_folded(const InferenceGraph& graph) {
  GraphRewrite rewrite(graph);
  std::map<graph::Value, detail::ChannelAffine> owed;  // values that the new graph has without this
  const auto owed_of = [&](graph::Value value) -> std::optional<detail::ChannelAffine> {
    const auto found = owed.find(value);
    return found == owed.end() ? std::nullopt : std::optional(found->second);
  };
  const auto norm_alone_reading = [&](graph::Value value) -> const graph::Node* {
    if (!graph.read_once(value)) return nullptr;
    const auto* reader = graph.readers(value)[0];
    return reader->as<graph::BatchNorm>() != nullptr ? reader : nullptr;
  };
  std::set<const graph::Node*> done;  // within the weights of a convolution
  for (const auto& node : graph.nodes()) {
    if (done.contains(&node)) continue;
    const auto input = node.inputs[0], output = node.outputs[0];
    const auto before = owed_of(input);
    if (const auto* convolution = node.as<graph::Convolution>()) {
      auto layer = *convolution;
      if (before) layer = detail::after_affine(layer, *before, graph.shape(input), graph.shape(output));
      const auto* norm = norm_alone_reading(output);
      if (norm != nullptr) {
        layer =
            detail::before_affine(layer, detail::ChannelAffine::of(*norm->as<graph::BatchNorm>()), graph.shape(output));
        done.insert(norm);
      }
      rewrite.replace(norm != nullptr ? norm->outputs[0] : output, rewrite.add(std::move(layer), {rewrite[input]}));
    } else if (const auto* norm = node.as<graph::BatchNorm>();
               norm != nullptr && detail::readers_take_affine(graph, output)) {
      owed.emplace(output, detail::ChannelAffine::of(*norm));
      rewrite.replace(output, rewrite[input]);
    } else if (before && node.as<graph::Flatten>() != nullptr) {
      const auto& shape = graph.shape(input);
      owed.emplace(output, before->repeated(shape[1] * shape[2]));
      rewrite.copy(node);
    } else if (const auto* linear = node.as<graph::Linear>(); before && linear != nullptr) {
      rewrite.replace(output, rewrite.add(detail::after_affine(*linear, *before), {rewrite[input]}));
    } else {
      rewrite.copy(node);
    }
  }
  return std::move(rewrite).finish();
}

}  // namespace qcs
