// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <qcs/infer/graph/inference_graph.hpp>
#include <set>
#include <utility>
#include <vector>

namespace qcs {

/// A new graph made from an old one, node by node.
class GraphRewrite {
 public:
  using Value = graph::Value;

  explicit GraphRewrite(const InferenceGraph& from) : from_(from) {
    for (const auto input : from.inputs()) new_[input] = to_.add_input(from.shape(input));
  }

  /// What a value of the old graph is in the new one.
  Value operator[](Value old) const { return new_.at(old); }

  /// Lets a value of the new graph stand for one of the old graph.
  void replace(Value old, Value value) { new_[old] = value; }

  /// Appends an operation to the new graph.
  Value add(graph::Operation operation, std::vector<Value> inputs) {
    return to_.add(std::move(operation), std::move(inputs));
  }

  /// Appends a node as it is.
  void copy(const graph::Node& node) {
    std::vector<Value> inputs;
    for (const auto value : node.inputs) inputs.push_back(new_.at(value));
    const auto outputs = to_.add_all(node.operation, inputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) new_[node.outputs[i]] = outputs[i];
  }

  /// The new graph, without nodes whose values nobody reads.
  InferenceGraph finish() && {
    to_.set_output(new_.at(from_.output()));
    std::set<Value> read{to_.output()};
    std::vector<bool> kept(to_.nodes().size());
    for (auto i = to_.nodes().size(); i-- > 0;) {
      const auto& node = to_.nodes()[i];
      for (const auto value : node.outputs) kept[i] = kept[i] || read.contains(value);
      if (kept[i]) read.insert(node.inputs.begin(), node.inputs.end());
    }
    GraphRewrite without(to_);
    for (std::size_t i = 0; i < kept.size(); ++i)
      if (kept[i]) without.copy(to_.nodes()[i]);
    without.to_.set_output(without[to_.output()]);
    return std::move(without.to_);
  }

 private:
  const InferenceGraph& from_;
  InferenceGraph to_ = {};
  std::map<Value, Value> new_ = {};
};

}  // namespace qcs
