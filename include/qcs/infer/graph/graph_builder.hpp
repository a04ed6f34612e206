// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/infer/graph/inference_graph.hpp>
#include <qcs/io/named_tensors.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// Builds a graph layer by layer, as modules are built: a layer's weights stand under its name, and weights() is what a
/// file must hold. Their values come later, by load_weights().
class GraphBuilder {
 public:
  using Value = graph::Value;

  InferenceGraph& graph() { return graph_; }
  const graph::Shape& shape(Value value) const { return graph_.shape(value); }

  /// Every parameter and buffer by name. A graph shares these tensors.
  const io::NamedTensors& weights() const { return weights_; }

  Value convolution(Value x, const std::string& name, std::int64_t out, std::int64_t window, std::int64_t stride,
                    bool bias = false) {
    graph::Convolution layer{.weight = weight(name + ".weight", {out, shape(x)[0], window, window}),
                             .bias = {},
                             .stride = stride,
                             .padding = window / 2};
    if (bias) layer.bias = weight(name + ".bias", {out});
    return graph_.add(std::move(layer), {x});
  }

  Value batch_norm(Value x, const std::string& name) {
    const auto values = [&](const char* part) { return weight(name + part, {shape(x)[0]}); };
    graph::BatchNorm layer{values(".weight"), values(".bias"), values(".running_mean"), values(".running_var"),
                           kBatchNormEpsilon};
    weights_.emplace_back(name + ".num_batches_tracked", torch::empty({}, torch::kInt64));
    return graph_.add(std::move(layer), {x});
  }

  Value prelu(Value x, const std::string& name) {
    return graph_.add(graph::PRelu{weight(name + ".weight", {shape(x)[0]})}, {x});
  }

  Value linear(Value x, const std::string& name, std::int64_t out) {
    graph::Linear layer{weight(name + ".weight", {out, shape(x).back()}), weight(name + ".bias", {out})};
    return graph_.add(std::move(layer), {x});
  }

  Value layer_norm(Value x, const std::string& name, double epsilon) {
    const auto width = shape(x).back();
    graph::LayerNorm layer{weight(name + ".weight", {width}), weight(name + ".bias", {width}), epsilon};
    return graph_.add(std::move(layer), {x});
  }

  /// Puts a class token before features or tokens and adds positions.
  Value tokens(std::vector<Value> inputs, const std::string& name) {
    std::int64_t count = 1;
    for (const auto value : inputs) count += graph::token_count(shape(value));
    const auto width = graph::token_width(shape(inputs.front()));
    // As modules hold them: (1, 1, W) and (1, N, W).
    const auto class_token = weight(name + ".cls_token", {1, 1, width});
    const auto positions = weight(name + ".pos_embed", {1, count, width});
    return graph_.add(graph::Tokens{class_token, positions}, std::move(inputs));
  }

  Value self_attention(Value x, const std::string& name, std::int64_t heads) {
    const auto width = shape(x)[1];
    graph::SelfAttention layer{weight(name + ".qkv.weight", {3 * width, width}),
                               weight(name + ".qkv.bias", {3 * width}), weight(name + ".proj.weight", {width, width}),
                               weight(name + ".proj.bias", {width}), heads};
    return graph_.add(std::move(layer), {x});
  }

  /// A module of one's own, whose parameters and buffers stand under `prefix`, "ir_back." or nothing.
  std::vector<Value> own_forward(graph::OwnForward operation, std::string_view prefix, std::vector<Value> inputs) {
    operation.module->eval();
    for (const auto& [name, tensor] : io::named_tensors(*operation.module))
      weights_.emplace_back(std::string(prefix).append(name), tensor);
    return graph_.add_all(std::move(operation), std::move(inputs));
  }

 private:
  static constexpr double kBatchNormEpsilon = 1e-5;

  torch::Tensor weight(std::string name, at::IntArrayRef sizes) {
    weights_.emplace_back(std::move(name), torch::empty(sizes));
    return weights_.back().second;
  }

  InferenceGraph graph_ = {};
  io::NamedTensors weights_ = {};
};

}  // namespace qcs
