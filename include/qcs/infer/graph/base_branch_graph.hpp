// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <qcs/infer/graph/backbone_graph.hpp>
#include <qcs/infer/graph/graph_builder.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/model/token/coarse_tokens.hpp>
#include <qcs/weights/load_weights.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

template <class Backbone>
std::vector<graph::Value> features_graph(GraphBuilder& b, graph::Value images) {
  const std::string prefix = "ir_back.";
  if constexpr (HasBackboneGraph<Backbone>) {
    return BackboneGraph<Backbone>::build(b, prefix, images);
  } else {
    const auto backbone = make_backbone<Backbone>();
    graph::OwnForward own{.what = fmt::format("backbone {}", Backbone::kName),
                          .module = backbone,
                          .outputs = {},
                          .run = [backbone](const auto& in) { return backbone->forward(in[0]); }};
    for (const auto& scale : Backbone::kFeatures.scales)
      own.outputs.push_back({scale.channels, scale.grid, scale.grid});
    return b.own_forward(std::move(own), prefix, {images});
  }
}

/// Features -> features of the tokens' width and grid, or tokens.
template <class Embedding, class Backbone>
std::vector<graph::Value> embedding_graph(GraphBuilder& b, const std::vector<graph::Value>& features,
                                          std::int64_t width) {
  if constexpr (std::same_as<Embedding, PyramidTokens>) {
    std::vector<graph::Value> embedded;
    for (std::size_t scale = 0; scale < features.size(); ++scale) {
      const auto shape = b.shape(features[scale]);
      auto x = b.convolution(features[scale], fmt::format("conv{}", scale + 1), shape[0], 3,
                             PyramidTokens::first_stride(shape[1]), true);
      const auto name = PyramidTokens::embedding_name(scale, features.size());
      if (b.shape(x)[1] == PyramidTokens::kGrid) x = b.convolution(x, name + ".proj", width, 1, 1, true);
      for (int step = 0; b.shape(x)[1] != PyramidTokens::kGrid; ++step)
        x = b.convolution(x, fmt::format("{}.{}", name, step), width, 3, 2, true);
      embedded.push_back(x);
    }
    return embedded;
  } else if constexpr (std::same_as<Embedding, CoarseTokens>) {
    std::vector<graph::Value> embedded;
    for (std::size_t i = 0; i < CoarseTokens::kUsedScales; ++i) {
      const auto feature = features.at(features.size() - CoarseTokens::kUsedScales + i);
      const auto x = b.convolution(feature, fmt::format("project_{}", i + 1), width, 1, 1, true);
      embedded.push_back(b.graph().add(graph::AveragePool{b.shape(x)[1] / CoarseTokens::kGrid}, {x}));
    }
    return embedded;
  } else {
    const auto embedding = std::make_shared<Embedding>(Backbone::kFeatures.scales, width);
    std::int64_t count = 0;
    for (const auto tokens : Embedding::token_counts(Backbone::kFeatures)) count += tokens;
    return b.own_forward({.what = fmt::format("token embedding {}", Embedding::kName),
                          .module = embedding,
                          .outputs = {{count, width}},
                          .run = [embedding](const auto& in) { return std::vector{embedding->forward(in)}; }},
                         "", features);
  }
}

inline graph::Value vit_block_graph(GraphBuilder& b, const std::string& name, graph::Value x, std::int64_t heads) {
  const auto attended = b.self_attention(b.layer_norm(x, name + ".norm1", kVitNormEpsilon), name + ".attn", heads);
  x = b.graph().add(graph::Add{}, {x, attended});
  const auto width = b.shape(x)[1];
  auto inner = b.linear(b.layer_norm(x, name + ".norm2", kVitNormEpsilon), name + ".mlp.fc1", 4 * width);
  inner = b.linear(b.graph().add(graph::Gelu{}, {inner}), name + ".mlp.fc2", width);
  return b.graph().add(graph::Add{}, {x, inner});
}

template <class ClassHead>
graph::Value class_head_graph(GraphBuilder& b, graph::Value token, std::int64_t classes) {
  const std::string prefix = "VIT_base.";
  const auto width = b.shape(token)[0];
  if constexpr (std::same_as<ClassHead, SqueezeExciteHead>) {
    auto gate = b.graph().add(graph::Relu{}, {b.linear(token, prefix + "se_block.linear1", width)});
    gate = b.graph().add(graph::Sigmoid{}, {b.linear(gate, prefix + "se_block.linear2", width)});
    return b.linear(b.graph().add(graph::Multiply{}, {token, gate}), prefix + "head.linear", classes);
  } else {
    const auto head = std::make_shared<ClassHead>(ClassHeadOptions{width, classes});
    return b
        .own_forward({.what = fmt::format("class head {}", ClassHead::kName),
                      .module = head,
                      .outputs = {{classes}},
                      .run = [head](const auto& in) { return std::vector{head->forward(in[0])}; }},
                     prefix, {token})
        .front();
  }
}

}  // namespace detail

/// The base branch of these parts, and the weights that its graph still lacks.
template <class Backbone, class Embedding = PyramidTokens, class ClassHead = SqueezeExciteHead>
GraphBuilder base_branch_builder(std::int64_t classes, const TransformerShape& shape) {
  static_assert(CheckedBackbone<Backbone>::kValid && CheckedTokenEmbedding<Embedding, Backbone>::kValid &&
                CheckedClassHead<ClassHead>::kValid);
  GraphBuilder b;
  const auto side = kInputSize / pixel_stride<Backbone>;
  const auto features = detail::features_graph<Backbone>(b, b.graph().add_input({3, side, side}));
  auto x = b.tokens(detail::embedding_graph<Embedding, Backbone>(b, features, shape.width), "VIT_base");
  for (std::int64_t block = 0; block < shape.base_depth; ++block)
    x = detail::vit_block_graph(b, fmt::format("VIT_base.blocks.{}", block), x, shape.heads);
  x = b.graph().add(graph::FirstToken{}, {b.layer_norm(x, "VIT_base.norm", kVitNormEpsilon)});
  b.graph().set_output(detail::class_head_graph<ClassHead>(b, x, classes));
  return b;
}

/// The graph of a base branch, alone or within a whole network, with its weights from a file; operation by operation
/// what BaseBranch::forward() computes. `architecture` tells sizes that differ from the backbone's usual ones; only its
/// numbers are used. Float32 weights are shared with the file's tensors. Throws CheckpointError if they do not fit.
template <class Backbone, class Embedding = PyramidTokens, class ClassHead = SqueezeExciteHead>
InferenceGraph base_branch_graph(const io::NamedTensors& tensors, std::int64_t classes,
                                 const Architecture* architecture = nullptr) {
  auto shape = transformer_for<Backbone>;
  if (architecture != nullptr) {
    shape.width = architecture->width;
    shape.heads = architecture->heads;
    shape.base_depth = architecture->base_depth;
  }
  auto builder = base_branch_builder<Backbone, Embedding, ClassHead>(classes, shape);
  std::set<std::string, std::less<>> parts;
  for (const auto& [name, tensor] : builder.weights()) parts.insert(name.substr(0, name.find('.')));
  const auto in_branch = [&](std::string_view name) { return parts.contains(name.substr(0, name.find('.'))); };
  for (auto& [place, value] : match_weights(builder.weights(), tensors, {.part = in_branch}).pairs)
    place.set_data(value.to(place.dtype()));
  return std::move(builder.graph());
}

}  // namespace qcs
