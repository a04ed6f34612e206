// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <qcs/core/torch.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What a base branch computes in evaluation mode, as data. Shapes leave out the batch, which comes first.
namespace qcs::graph {

/// What follows names the shapes of an operation's inputs and outputs: images and features (C, H, W), tokens (N, W),
/// vectors (W). All weights are float32 on the CPU.

/// (I, H, W) -> (O, H', W'), zeros around the image.
struct Convolution {
  torch::Tensor weight;  ///< (O, I, K, K)
  torch::Tensor bias;    ///< none, (O), or one for each place, (O, H', W')
  std::int64_t stride, padding;
};

/// Batch normalisation by running statistics, (C, ...) -> the same.
struct BatchNorm {
  torch::Tensor weight, bias, mean, variance;  ///< (C) each
  double epsilon;
};

/// x where it is above 0, else weight * x: (C, ...) -> the same.
struct PRelu {
  torch::Tensor weight;  ///< (C)
};

struct Relu {};     ///< element by element
struct Gelu {};     ///< element by element, exact
struct Sigmoid {};  ///< element by element

/// The sum of two inputs of one shape, or of features (C, H, W) and a vector (C) that is added to each place.
struct Add {};

/// The product of two inputs of one shape.
struct Multiply {};

/// Every stride-th row and column: (C, H, W) -> (C, ceil(H / stride), ceil(W / stride)).
struct Subsample {
  std::int64_t stride;
};

/// The largest value under a window: (C, H, W) -> (C, H', W'); nothing lies around the image.
struct MaxPool {
  std::int64_t window, stride, padding;
};

/// The mean of squares side by side: (C, H, W) -> (C, H / window, W / window).
struct AveragePool {
  std::int64_t window;
};

/// (C, H, W) -> (C * H * W).
struct Flatten {};

/// Over the last dimension: (N, I) -> (N, O), (I) -> (O).
struct Linear {
  torch::Tensor weight;  ///< (O, I)
  torch::Tensor bias;    ///< (O)
};

/// Layer normalisation over the last dimension.
struct LayerNorm {
  torch::Tensor weight, bias;  ///< (W) each
  double epsilon;
};

/// A class token, then the places of features (W, G, G) or tokens (N, W), any number of them, one after the other, each
/// with its position added -> (1 + sum of G * G or N, W).
struct Tokens {
  torch::Tensor class_token;  ///< (1, 1, W)
  torch::Tensor positions;    ///< (1, 1 + sum of G * G or N, W)
};

/// Multi-head self-attention, (N, W) -> (N, W), or of its result the first token alone, (N, W) -> (W).
struct SelfAttention {
  torch::Tensor qkv_weight, qkv_bias;                ///< (3 W, W), (3 W): queries, keys, values
  torch::Tensor projection_weight, projection_bias;  ///< (W, W), (W)
  std::int64_t heads;
  bool first_token_only = false;
};

/// (N, W) -> (W).
struct FirstToken {};

/// A module that only its own forward() describes, such as a backbone of one's own.
struct OwnForward {
  std::string what;                                ///< for messages: "backbone mine"
  std::shared_ptr<torch::nn::Module> module;       ///< in evaluation mode
  std::vector<std::vector<std::int64_t>> outputs;  ///< their shapes
  std::function<std::vector<torch::Tensor>(const std::vector<torch::Tensor>&)> run;
};

using Operation = std::variant<Convolution, BatchNorm, PRelu, Relu, Gelu, Sigmoid, Add, Multiply, Subsample, MaxPool,
                               AveragePool, Flatten, Linear, LayerNorm, Tokens, SelfAttention, FirstToken, OwnForward>;

namespace detail {

/// Calls visit(name, tensor) for the weights of an operation.
struct VisitWeights {
  std::function<void(const char*, torch::Tensor&)> visit;

  void operator()(Convolution& c) const {
    visit("weight", c.weight);
    if (c.bias.defined()) visit("bias", c.bias);
  }
  void operator()(BatchNorm& n) const {
    visit("weight", n.weight);
    visit("bias", n.bias);
    visit("mean", n.mean);
    visit("variance", n.variance);
  }
  void operator()(PRelu& p) const { visit("weight", p.weight); }
  void operator()(Linear& l) const {
    visit("weight", l.weight);
    visit("bias", l.bias);
  }
  void operator()(LayerNorm& n) const {
    visit("weight", n.weight);
    visit("bias", n.bias);
  }
  void operator()(Tokens& t) const {
    visit("class_token", t.class_token);
    visit("positions", t.positions);
  }
  void operator()(SelfAttention& a) const {
    visit("qkv_weight", a.qkv_weight);
    visit("qkv_bias", a.qkv_bias);
    visit("projection_weight", a.projection_weight);
    visit("projection_bias", a.projection_bias);
  }
  void operator()(auto& /*has none*/) const {}
};

}  // namespace detail

/// Calls visit(name, tensor) for each weight of an operation.
inline void for_each_weight(Operation& operation, std::function<void(const char*, torch::Tensor&)> visit) {
  std::visit(detail::VisitWeights{std::move(visit)}, operation);
}

}  // namespace qcs::graph
