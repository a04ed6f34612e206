// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <qcs/infer/graph/operation.hpp>
#include <vector>

namespace qcs::graph {

/// Of a value, without the batch.
using Shape = std::vector<std::int64_t>;

/// How many tokens features (W, G, G) or tokens (N, W) hold, and how wide they are.
inline std::int64_t token_count(const Shape& shape) { return shape.size() == 3 ? shape[1] * shape[2] : shape.at(0); }
inline std::int64_t token_width(const Shape& shape) { return shape.size() == 3 ? shape[0] : shape.at(1); }

namespace detail {

/// How many windows fit into a side.
constexpr std::int64_t windows(std::int64_t side, std::int64_t window, std::int64_t stride, std::int64_t padding) {
  return (side + 2 * padding - window) / stride + 1;
}

/// The shapes of what operations give for inputs of given shapes.
struct ShapeOf {
  const std::vector<Shape>& in;

  std::vector<Shape> windowed(std::int64_t channels, std::int64_t window, std::int64_t stride,
                              std::int64_t padding) const {
    return {{channels, windows(in[0][1], window, stride, padding), windows(in[0][2], window, stride, padding)}};
  }

  std::vector<Shape> operator()(const Convolution& c) const {
    return windowed(c.weight.size(0), c.weight.size(2), c.stride, c.padding);
  }
  std::vector<Shape> operator()(const Subsample& s) const { return windowed(in[0][0], 1, s.stride, 0); }
  std::vector<Shape> operator()(const MaxPool& p) const { return windowed(in[0][0], p.window, p.stride, p.padding); }
  std::vector<Shape> operator()(const AveragePool& p) const { return windowed(in[0][0], p.window, p.window, 0); }
  std::vector<Shape> operator()(const Flatten&) const { return {{in[0][0] * in[0][1] * in[0][2]}}; }
  std::vector<Shape> operator()(const Linear& l) const {
    auto shape = in[0];
    shape.back() = l.weight.size(0);
    return {shape};
  }
  std::vector<Shape> operator()(const Tokens& t) const { return {{t.positions.size(1), t.positions.size(2)}}; }
  std::vector<Shape> operator()(const SelfAttention& a) const { return {a.first_token_only ? Shape{in[0][1]} : in[0]}; }
  std::vector<Shape> operator()(const FirstToken&) const { return {{in[0][1]}}; }
  std::vector<Shape> operator()(const OwnForward& own) const { return own.outputs; }
  std::vector<Shape> operator()(const auto& /*keeps the shape*/) const { return {in[0]}; }
};

}  // namespace detail

/// The shapes of what an operation gives for inputs of these shapes.
inline std::vector<Shape> output_shapes(const Operation& operation, const std::vector<Shape>& inputs) {
  return std::visit(detail::ShapeOf{inputs}, operation);
}

}  // namespace qcs::graph
