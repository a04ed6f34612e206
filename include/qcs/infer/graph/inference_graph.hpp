// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <qcs/infer/graph/operation.hpp>
#include <qcs/infer/graph/shape.hpp>
#include <utility>
#include <vector>

namespace qcs {

namespace graph {

/// A value of a graph, by its number.
using Value = std::size_t;

/// An operation on values; they have been made by the nodes before it.
struct Node {
  Operation operation;
  std::vector<Value> inputs;
  std::vector<Value> outputs;

  /// The operation as one of this kind; nullptr where it is another.
  template <class Kind>
  const Kind* as() const {
    return std::get_if<Kind>(&operation);
  }
};

}  // namespace graph

/// What a base branch computes from images to logits, in the order of computation: operations with their weights.
/// Engines run it, `export` writes it, simplified() makes it smaller.
class InferenceGraph {
 public:
  using Value = graph::Value;

  /// An input of this shape, the batch left out; at first there is none.
  Value add_input(graph::Shape shape) {
    shapes_.push_back(std::move(shape));
    inputs_.push_back(shapes_.size() - 1);
    return inputs_.back();
  }

  /// Appends an operation and gives its values.
  std::vector<Value> add_all(graph::Operation operation, std::vector<Value> inputs) {
    std::vector<graph::Shape> shapes;
    for (const auto value : inputs) shapes.push_back(shape(value));
    graph::Node node{std::move(operation), std::move(inputs), {}};
    for (auto& output : graph::output_shapes(node.operation, shapes)) {
      node.outputs.push_back(shapes_.size());
      shapes_.push_back(std::move(output));
    }
    nodes_.push_back(std::move(node));
    return nodes_.back().outputs;
  }

  /// Appends an operation that gives one value.
  Value add(graph::Operation operation, std::vector<Value> inputs) {
    return add_all(std::move(operation), std::move(inputs)).front();
  }

  void set_output(Value value) { output_ = value; }

  /// Calls visit(operation), which may change weights, not shapes.
  void for_each_operation(auto visit) {
    for (auto& node : nodes_) visit(node.operation);
  }

  const std::vector<graph::Node>& nodes() const { return nodes_; }
  const std::vector<Value>& inputs() const { return inputs_; }
  Value output() const { return output_; }
  const graph::Shape& shape(Value value) const { return shapes_.at(value); }
  std::size_t values() const { return shapes_.size(); }

  /// The node that makes a value; nullptr for an input.
  const graph::Node* producer(Value value) const {
    const auto found = std::ranges::find_if(
        nodes_, [&](const auto& node) { return std::ranges::find(node.outputs, value) != node.outputs.end(); });
    return found == nodes_.end() ? nullptr : &*found;
  }

  /// The nodes that read a value.
  std::vector<const graph::Node*> readers(Value value) const {
    std::vector<const graph::Node*> found;
    for (const auto& node : nodes_)
      if (std::ranges::find(node.inputs, value) != node.inputs.end()) found.push_back(&node);
    return found;
  }

  /// Whether one node alone reads a value, which is not the output.
  bool read_once(Value value) const { return value != output_ && readers(value).size() == 1; }

 private:
  std::vector<graph::Node> nodes_ = {};
  std::vector<graph::Shape> shapes_ = {};
  std::vector<Value> inputs_ = {};
  Value output_ = 0;
};

}  // namespace qcs
