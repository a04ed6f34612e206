// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/infer/export/onnx_model.hpp>
#include <qcs/infer/graph/inference_graph.hpp>
#include <string>
#include <vector>

namespace qcs {

/// How a graph is written as ONNX.
struct OnnxOptions {
  std::optional<std::int64_t> batch = {};  ///< size of all batches; any where none is given
  /// For cv::dnn of OpenCV 4.6 and newer: no operator that it learnt later, batches of one.
  bool for_opencv = false;
};

namespace detail {

/// Writes operations of a graph as operators of ONNX; each gives the name of its result.
struct OnnxOperations {
  OnnxModel& model;
  const std::vector<std::string>& in;
  const std::vector<graph::Shape>& shapes;  // of the inputs
  const OnnxOptions& options;

  std::string operator()(const graph::Convolution& c) const {
    std::vector<std::string> inputs{in[0], model.constant("weight", c.weight)};
    if (c.bias.defined() && c.bias.dim() == 1) inputs.push_back(model.constant("bias", c.bias));
    const auto window = c.weight.size(2);
    auto result = model.add("Conv", inputs,
                            {{"kernel_shape", std::vector<std::int64_t>(2, window)},
                             {"strides", std::vector<std::int64_t>(2, c.stride)},
                             {"pads", std::vector<std::int64_t>(4, c.padding)}});
    if (c.bias.defined() && c.bias.dim() == 3) result = plus(result, c.bias.unsqueeze(0));
    return result;
  }
  std::string operator()(const graph::BatchNorm& n) const {
    return model.add("BatchNormalization",
                     {in[0], model.constant("scale", n.weight), model.constant("bias", n.bias),
                      model.constant("mean", n.mean), model.constant("variance", n.variance)},
                     {{"epsilon", static_cast<float>(n.epsilon)}});
  }
  std::string operator()(const graph::PRelu& p) const {
    const auto slope = shapes[0].size() == 3 ? p.weight.view({-1, 1, 1}) : p.weight;
    return model.add("PRelu", {in[0], model.constant("slope", slope)});
  }
  std::string operator()(const graph::Relu&) const { return model.add("Relu", {in[0]}); }
  std::string operator()(const graph::Sigmoid&) const { return model.add("Sigmoid", {in[0]}); }
  /// x * (erf(x / sqrt 2) + 1) / 2: the operator set has no Gelu.
  std::string operator()(const graph::Gelu&) const {
    const auto number = [&](double value) {
      return model.constant("number", torch::tensor(static_cast<float>(value)));
    };
    const auto erf = model.add("Erf", {model.add("Div", {in[0], number(std::sqrt(2.))})});
    return model.add("Mul", {model.add("Mul", {in[0], model.add("Add", {erf, number(1)})}), number(.5)});
  }
  std::string operator()(const graph::Add&) const {
    if (shapes[0].size() == shapes[1].size()) return model.add("Add", in);
    return model.add("Add", {in[0], reshaped(in[1], {0, shapes[1][0], 1, 1})});
  }
  std::string operator()(const graph::Multiply&) const { return model.add("Mul", in); }
  std::string operator()(const graph::Subsample& s) const { return pooled("MaxPool", 1, s.stride, 0); }
  std::string operator()(const graph::MaxPool& p) const { return pooled("MaxPool", p.window, p.stride, p.padding); }
  std::string operator()(const graph::AveragePool& p) const { return pooled("AveragePool", p.window, p.window, 0); }
  std::string operator()(const graph::Flatten&) const { return model.add("Flatten", in, {{"axis", std::int64_t{1}}}); }
  std::string operator()(const graph::Linear& l) const { return linear(in[0], l.weight, l.bias, shapes[0].size()); }
  std::string operator()(const graph::LayerNorm& n) const {
    if (!options.for_opencv)
      return model.add("LayerNormalization", {in[0], model.constant("scale", n.weight), model.constant("bias", n.bias)},
                       {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(n.epsilon)}});
    // All as products, since that version adds, multiplies and divides things of one shape only.
    const auto width = n.weight.size(0);
    const auto mean = [&](const std::string& x) {
      return model.add("MatMul",
                       {x, model.constant("mean", torch::full({width, width}, 1. / static_cast<double>(width)))});
    };
    const auto centred = model.add("Sub", {in[0], mean(in[0])});
    const auto variance = mean(model.add("Mul", {centred, centred}));
    const auto epsilon = model.constant("epsilon", torch::tensor(static_cast<float>(n.epsilon)));
    const auto deviation = model.add("Sqrt", {model.add("Add", {variance, epsilon})});
    const auto normed = model.add("Div", {centred, deviation});
    return linear(normed, n.weight.diag(), n.bias, shapes[0].size());
  }
  /// The class token is added to a row of zeros, so that it need not be repeated for a batch of unknown size.
  std::string operator()(const graph::Tokens& t) const {
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const auto& shape = shapes[i];
      rows.push_back(shape.size() == 2 ? in[i]
                                       : transposed(reshaped(in[i], {0, shape[0], shape[1] * shape[2]}), {0, 2, 1}));
    }
    const auto all = rows.size() == 1 ? rows[0] : model.add("Concat", rows, {{"axis", std::int64_t{1}}});
    const auto padded = model.add("Pad", {all, model.constant("pads", std::vector<std::int64_t>{0, 1, 0, 0, 0, 0})});
    auto positions = t.positions.clone();
    positions.select(1, 0) += t.class_token.select(1, 0);
    return plus(padded, positions);
  }
  std::string operator()(const graph::FirstToken&) const { return first_of(in[0]); }
  std::string operator()(const graph::SelfAttention& a) const {
    return a.first_token_only ? first_token(a) : all_tokens(a);
  }
  std::string operator()(const graph::OwnForward& own) const {
    throw ConfigError(
        fmt::format("{} runs C++ of its own, which no file can hold: only parts with a graph can be "
                    "exported, see BackboneGraph",
                    own.what));
  }

 private:
  std::string plus(const std::string& x, const torch::Tensor& values) const {
    return model.add("Add", {x, model.constant("bias", values)});
  }
  /// 0 in a shape keeps the batch.
  std::string reshaped(const std::string& x, const std::vector<std::int64_t>& shape) const {
    return model.add("Reshape", {x, model.constant("shape", shape)});
  }
  std::string transposed(const std::string& x, const std::vector<std::int64_t>& order) const {
    return model.add("Transpose", {x}, {{"perm", order}});
  }
  std::string first_of(const std::string& x) const {
    return model.add("Gather", {x, model.constant("index", torch::tensor(std::int64_t{0}, torch::kInt64))},
                     {{"axis", std::int64_t{1}}});
  }
  std::string linear(const std::string& x, const torch::Tensor& weight, const torch::Tensor& bias,
                     std::size_t dimensions) const {
    if (dimensions == 1)
      return model.add("Gemm", {x, model.constant("weight", weight), model.constant("bias", bias)},
                       {{"transB", std::int64_t{1}}});
    return plus(model.add("MatMul", {x, model.constant("weight", weight.t())}), bias);
  }
  std::string pooled(const char* type, std::int64_t window, std::int64_t stride, std::int64_t padding) const {
    return model.add(type, {in[0]},
                     {{"kernel_shape", std::vector<std::int64_t>(2, window)},
                      {"strides", std::vector<std::int64_t>(2, stride)},
                      {"pads", std::vector<std::int64_t>(4, padding)}});
  }

  /// Rows of queries, keys or values; queries are scaled already.
  struct Part {
    torch::Tensor weight, bias;
  };
  Part part(const graph::SelfAttention& a, std::int64_t number) const {
    const auto width = a.projection_bias.size(0);
    const double scale = number == 0 ? 1 / std::sqrt(static_cast<double>(width / a.heads)) : 1;
    return {a.qkv_weight.narrow(0, number * width, width) * scale, a.qkv_bias.narrow(0, number * width, width) * scale};
  }

  std::string all_tokens(const graph::SelfAttention& a) const {
    const auto tokens = shapes[0][0], width = shapes[0][1], head_width = width / a.heads;
    const auto heads = [&](std::int64_t number, const std::vector<std::int64_t>& order) {
      const auto [weight, bias] = part(a, number);
      return transposed(reshaped(linear(in[0], weight, bias, 2), {0, tokens, a.heads, head_width}), order);
    };
    const auto scores = model.add("MatMul", {heads(0, {0, 2, 1, 3}), heads(1, {0, 2, 3, 1})});
    const auto weights = model.add("Softmax", {scores}, {{"axis", std::int64_t{-1}}});
    const auto mixed = transposed(model.add("MatMul", {weights, heads(2, {0, 2, 1, 3})}), {0, 2, 1, 3});
    return linear(reshaped(mixed, {0, tokens, width}), a.projection_weight, a.projection_bias, 2);
  }

  std::string first_token(const graph::SelfAttention& a) const {
    const auto width = shapes[0][1], head_width = width / a.heads;
    const auto by_head = [&](const torch::Tensor& x) { return x.view({a.heads, head_width, -1}); };
    const auto queries = part(a, 0), keys = part(a, 1), values = part(a, 2);
    const auto first = first_of(in[0]);
    const auto mixed_along = [&](const std::string& directions) {
      const auto scores =
          model.add("MatMul", {reshaped(directions, {0, a.heads, width}), transposed(in[0], {0, 2, 1})});
      return model.add("MatMul", {model.add("Softmax", {scores}, {{"axis", std::int64_t{-1}}}), in[0]});
    };
    if (options.for_opencv) {  // it multiplies by no stack of matrices: one of all heads, worked out before
      const auto turned = by_head(keys.weight).transpose(1, 2);
      const auto onto_keys = [&](const torch::Tensor& x) { return turned.matmul(by_head(x)).flatten(0, 1); };
      const auto mixed = mixed_along(linear(first, onto_keys(queries.weight), onto_keys(queries.bias).flatten(), 1));
      const auto projections = a.projection_weight.view({width, a.heads, head_width}).transpose(0, 1);
      const auto weight = projections.matmul(by_head(values.weight)).transpose(0, 1).flatten(1);
      return linear(reshaped(mixed, {0, a.heads * width}), weight,
                    a.projection_weight.mv(values.bias) + a.projection_bias, 1);
    }
    const auto query = reshaped(linear(first, queries.weight, queries.bias, 1), {0, a.heads, 1, head_width});
    const auto mixed = mixed_along(model.add("MatMul", {query, model.constant("keys", by_head(keys.weight))}));
    const auto value = model.add("MatMul", {reshaped(mixed, {0, a.heads, 1, width}),
                                            model.constant("values", by_head(values.weight).transpose(1, 2))});
    return linear(plus(reshaped(value, {0, width}), values.bias), a.projection_weight, a.projection_bias, 1);
  }
};

}  // namespace detail

}  // namespace qcs
