// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/autocast.hpp>
#include <qcs/core/placement.hpp>
#include <qcs/infer/graph/operation.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/multi_head_attention.hpp>
#include <variant>
#include <vector>

namespace qcs::detail {

/// Operations of a graph by LibTorch, on batches; inputs may be written over where nobody else reads them.
struct RunOperation {
  const std::vector<torch::Tensor>& in;
  const Placement& placement;

  using Outputs = std::vector<torch::Tensor>;

  Outputs operator()(const graph::Convolution& c) const {
    if (c.bias.defined() && c.bias.dim() == 3)
      return {torch::conv2d(in[0], c.weight, {}, c.stride, c.padding).add_(c.bias)};
    return {torch::conv2d(in[0], c.weight, c.bias, c.stride, c.padding)};
  }
  Outputs operator()(const graph::BatchNorm& n) const {
    return {torch::batch_norm(in[0], n.weight, n.bias, n.mean, n.variance, /*training=*/false, /*momentum=*/0,
                              n.epsilon, /*cudnn_enabled=*/false)};
  }
  Outputs operator()(const graph::PRelu& p) const { return {torch::prelu(in[0], p.weight)}; }
  Outputs operator()(const graph::Relu&) const { return {torch::relu(in[0])}; }
  Outputs operator()(const graph::Gelu&) const { return {torch::gelu(in[0])}; }
  Outputs operator()(const graph::Sigmoid&) const { return {torch::sigmoid(in[0])}; }
  Outputs operator()(const graph::Add&) const {
    const bool vector = in[0].dim() == 4 && in[1].dim() == 2;
    return {in[0] + (vector ? in[1].unsqueeze(-1).unsqueeze(-1) : in[1])};
  }
  Outputs operator()(const graph::Multiply&) const { return {in[0] * in[1]}; }
  Outputs operator()(const graph::Subsample& s) const {
    return {in[0].slice(2, 0, in[0].size(2), s.stride).slice(3, 0, in[0].size(3), s.stride)};
  }
  Outputs operator()(const graph::MaxPool& p) const {
    return {torch::max_pool2d(in[0], p.window, p.stride, p.padding)};
  }
  Outputs operator()(const graph::AveragePool& p) const { return {torch::avg_pool2d(in[0], p.window)}; }
  Outputs operator()(const graph::Flatten&) const { return {in[0].flatten(1)}; }
  Outputs operator()(const graph::Linear& l) const { return {dense(in[0], l.weight, l.bias)}; }
  Outputs operator()(const graph::LayerNorm& n) const {
    return {torch::layer_norm(in[0], {in[0].size(-1)}, n.weight, n.bias, n.epsilon)};
  }
  Outputs operator()(const graph::Tokens& t) const {
    std::vector<torch::Tensor> all{t.class_token.expand({in[0].size(0), -1, -1})};
    for (const auto& x : in) all.push_back(x.dim() == 4 ? x.flatten(2).transpose(1, 2) : x);
    return {torch::cat(all, 1).add_(t.positions)};
  }
  Outputs operator()(const graph::FirstToken&) const { return {in[0].select(1, 0)}; }
  Outputs operator()(const graph::SelfAttention& a) const {
    const AttentionWeights weights{a.qkv_weight, a.qkv_bias, a.projection_weight, a.projection_bias, a.heads};
    return {a.first_token_only ? first_token_attention(in[0], weights) : self_attention(in[0], weights)};
  }
  Outputs operator()(const graph::OwnForward& own) const {
    std::vector<torch::Tensor> inputs;
    for (const auto& x : in) inputs.push_back(x.to(torch::kFloat32));
    const ComputePrecision precision(placement);
    auto outputs = own.run(inputs);
    for (auto& x : outputs) x = x.to(in[0].scalar_type());
    return outputs;
  }
};

inline std::vector<torch::Tensor> run_operation(const graph::Operation& operation,
                                                const std::vector<torch::Tensor>& inputs, const Placement& placement) {
  return std::visit(RunOperation{inputs, placement}, operation);
}

}  // namespace qcs::detail
