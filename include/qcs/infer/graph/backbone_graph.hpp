// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <qcs/infer/graph/graph_builder.hpp>
#include <qcs/model/backbone/compact.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/resnet18.hpp>
#include <qcs/model/backbone/small.hpp>
#include <string>
#include <vector>

namespace qcs {

/// What a backbone computes, layer by layer: `build(builder, "ir_back.", images)` gives its features. Images are the
/// pixels that it reads, (3, 224 / stride, 224 / stride). May be specialised for a backbone of one's own; one without
/// runs its own forward().
template <class Backbone>
struct BackboneGraph;

/// Whether a backbone has a BackboneGraph.
template <class Backbone>
concept HasBackboneGraph = requires(GraphBuilder& builder, const std::string& prefix, graph::Value images) {
  { BackboneGraph<Backbone>::build(builder, prefix, images) } -> std::same_as<std::vector<graph::Value>>;
};

namespace detail {

inline graph::Value ir_unit_graph(GraphBuilder& b, const std::string& name, graph::Value x, std::int64_t out,
                                  std::int64_t stride) {
  auto inner = b.batch_norm(x, name + ".res_layer.0");
  inner = b.prelu(b.convolution(inner, name + ".res_layer.1", out, 3, 1), name + ".res_layer.2");
  inner = b.batch_norm(b.convolution(inner, name + ".res_layer.3", out, 3, stride), name + ".res_layer.4");
  auto shortcut = x;
  if (b.shape(x)[0] != out)
    shortcut = b.batch_norm(b.convolution(x, name + ".shortcut_layer.0", out, 1, stride), name + ".shortcut_layer.1");
  else if (stride != 1)
    shortcut = b.graph().add(graph::Subsample{stride}, {x});
  return b.graph().add(graph::Add{}, {inner, shortcut});
}

inline graph::Value small_unit_graph(GraphBuilder& b, const std::string& name, graph::Value x, std::int64_t out,
                                     std::int64_t stride) {
  auto inner = b.batch_norm(b.convolution(x, name + ".residual.0", out, 3, stride), name + ".residual.1");
  inner = b.convolution(b.prelu(inner, name + ".residual.2"), name + ".residual.3", out, 3, 1);
  inner = b.batch_norm(inner, name + ".residual.4");
  auto shortcut = x;
  if (b.shape(x)[0] != out || stride != 1)
    shortcut = b.batch_norm(b.convolution(x, name + ".shortcut.0", out, 1, stride), name + ".shortcut.1");
  return b.prelu(b.graph().add(graph::Add{}, {inner, shortcut}), name + ".activation");
}

inline graph::Value resnet_block_graph(GraphBuilder& b, const std::string& name, graph::Value x, std::int64_t out,
                                       std::int64_t stride) {
  auto inner = b.batch_norm(b.convolution(x, name + ".conv1", out, 3, stride), name + ".bn1");
  inner = b.graph().add(graph::Relu{}, {inner});
  inner = b.batch_norm(b.convolution(inner, name + ".conv2", out, 3, 1), name + ".bn2");
  auto shortcut = x;
  if (b.shape(x)[0] != out || stride != 1)
    shortcut = b.batch_norm(b.convolution(x, name + ".downsample.0", out, 1, stride), name + ".downsample.1");
  return b.graph().add(graph::Relu{}, {b.graph().add(graph::Add{}, {inner, shortcut})});
}

}  // namespace detail

template <>
struct BackboneGraph<Ir50> {
  static std::vector<graph::Value> build(GraphBuilder& b, const std::string& prefix, graph::Value images) {
    auto x = b.batch_norm(b.convolution(images, prefix + "input_layer.0", 64, 3, 1), prefix + "input_layer.1");
    x = b.prelu(x, prefix + "input_layer.2");
    const auto stage = [&](const char* name, std::int64_t out, int units) {
      for (int unit = 0; unit < units; ++unit)
        x = detail::ir_unit_graph(b, prefix + name + std::to_string(unit), x, out, unit == 0 ? 2 : 1);
      return x;
    };
    const auto fine = stage("body1.", 64, 3), middle = stage("body2.", 128, 4), coarse = stage("body3.", 256, 14);
    return {fine, middle, coarse};
  }
};

template <>
struct BackboneGraph<SmallBackbone> {
  static std::vector<graph::Value> build(GraphBuilder& b, const std::string& prefix, graph::Value images) {
    constexpr auto& kScales = SmallBackbone::kFeatures.scales;
    auto fine = b.convolution(images, prefix + "fine.0", kScales[0].channels, 3, 1);
    fine = b.prelu(b.batch_norm(fine, prefix + "fine.1"), prefix + "fine.2");
    const auto middle = detail::small_unit_graph(b, prefix + "middle.0", fine, kScales[1].channels, 2);
    auto coarse = detail::small_unit_graph(b, prefix + "coarse.0", middle, kScales[2].channels, 2);
    coarse = detail::small_unit_graph(b, prefix + "coarse.1", coarse, kScales[2].channels, 1);
    auto summary = b.batch_norm(b.graph().add(graph::AveragePool{2}, {coarse}), prefix + "summary.1");
    summary = b.linear(b.graph().add(graph::Flatten{}, {summary}), prefix + "summary.3", kScales[2].channels);
    summary = b.prelu(b.layer_norm(summary, prefix + "summary.4", 1e-5), prefix + "summary.5");
    return {fine, middle, b.graph().add(graph::Add{}, {coarse, summary})};
  }
};

template <>
struct BackboneGraph<CompactBackbone> {
  static std::vector<graph::Value> build(GraphBuilder& b, const std::string& prefix, graph::Value images) {
    constexpr auto& kScales = CompactBackbone::kFeatures.scales;
    const auto luma = b.convolution(images, prefix + "luma", 1, 1, 1);
    const auto stem = b.convolution(luma, prefix + "stem.0", CompactBackbone::kStem, 3, 1);
    const auto x = b.prelu(b.batch_norm(stem, prefix + "stem.1"), prefix + "stem.2");
    const auto fine = detail::small_unit_graph(b, prefix + "fine.0", x, kScales[0].channels, 2);
    auto middle = detail::small_unit_graph(b, prefix + "middle.0", fine, kScales[1].channels, 2);
    middle = detail::small_unit_graph(b, prefix + "middle.1", middle, kScales[1].channels, 1);
    const auto coarse = detail::small_unit_graph(b, prefix + "coarse.0", middle, kScales[2].channels, 2);
    auto summary = b.convolution(coarse, prefix + "summary.0", CompactBackbone::kSummary, 1, 1);
    summary = b.graph().add(graph::Flatten{}, {b.batch_norm(summary, prefix + "summary.1")});
    summary = b.linear(summary, prefix + "summary.3", kScales[2].channels);
    summary = b.prelu(b.layer_norm(summary, prefix + "summary.4", 1e-5), prefix + "summary.5");
    return {fine, middle, b.graph().add(graph::Add{}, {coarse, summary})};
  }
};

template <>
struct BackboneGraph<ResNet18> {
  static std::vector<graph::Value> build(GraphBuilder& b, const std::string& prefix, graph::Value images) {
    auto x = b.batch_norm(b.convolution(images, prefix + "conv1", 64, 7, 2), prefix + "bn1");
    x = b.graph().add(graph::MaxPool{3, 2, 1}, {b.graph().add(graph::Relu{}, {x})});
    const auto stage = [&](const char* name, std::int64_t out, std::int64_t stride) {
      for (int block = 0; block < 2; ++block)
        x = detail::resnet_block_graph(b, prefix + name + std::to_string(block), x, out, block == 0 ? stride : 1);
      return x;
    };
    const auto fine = stage("layer1.", 64, 1), middle = stage("layer2.", 128, 2), coarse = stage("layer3.", 256, 2);
    return {fine, middle, coarse};
  }
};

}  // namespace qcs
