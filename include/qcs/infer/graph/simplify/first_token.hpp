// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <qcs/infer/graph/graph_rewrite.hpp>
#include <variant>
#include <vector>

namespace qcs {

namespace detail {

/// Whether a token of the result depends on the same token of the inputs alone.
inline bool works_by_token(const graph::Operation& operation) {
  return std::holds_alternative<graph::LayerNorm>(operation) || std::holds_alternative<graph::Linear>(operation) ||
         std::holds_alternative<graph::Gelu>(operation) || std::holds_alternative<graph::Relu>(operation) ||
         std::holds_alternative<graph::Sigmoid>(operation) || std::holds_alternative<graph::Add>(operation) ||
         std::holds_alternative<graph::Multiply>(operation);
}

/// First tokens of values of a graph, taken as early as can be.
class FirstTokens {
 public:
  FirstTokens(const InferenceGraph& from, GraphRewrite& to) : from_(from), to_(to) {}

  graph::Value of(graph::Value value) {
    if (const auto known = found_.find(value); known != found_.end()) return known->second;
    return found_[value] = make(value);
  }

 private:
  graph::Value make(graph::Value value) {
    const auto* node = from_.producer(value);
    if (node != nullptr && works_by_token(node->operation)) {
      std::vector<graph::Value> inputs;
      for (const auto input : node->inputs) inputs.push_back(of(input));
      return to_.add(node->operation, inputs);
    }
    if (const auto* attention = node == nullptr ? nullptr : node->as<graph::SelfAttention>()) {
      auto first = *attention;
      first.first_token_only = true;
      return to_.add(first, {to_[node->inputs[0]]});
    }
    return to_.add(graph::FirstToken{}, {to_[value]});
  }

  const InferenceGraph& from_;
  GraphRewrite& to_;
  std::map<graph::Value, graph::Value> found_ = {};
};

}  // namespace detail

/// Takes the first token before whatever is worked out token by token, and out of attention the first token alone: what
/// a last transformer block says about other tokens nobody reads.
inline InferenceGraph with_first_token_early(const InferenceGraph& graph) {
  GraphRewrite rewrite(graph);
  detail::FirstTokens first(graph, rewrite);
  for (const auto& node : graph.nodes()) {
    if (node.as<graph::FirstToken>() != nullptr)
      rewrite.replace(node.outputs[0], first.of(node.inputs[0]));
    else
      rewrite.copy(node);
  }
  return std::move(rewrite).finish();
}

}  // namespace qcs
