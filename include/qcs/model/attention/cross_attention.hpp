// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/attention/interaction.hpp>
#include <qcs/model/attention/residual.hpp>
#include <qcs/model/branch_execution.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/vit_block.hpp>

namespace qcs {

/// What a cross-attention block returns for every branch.
template <TopologyShape T>
struct CrossAttentionOutput {
  BranchTensors<T> tokens;  ///< (B, N, width)
  BranchTensors<T> maps;    ///< (B, N) of CrossSimilarity, (B, N, N) of DotProduct
};

/// One cross-attention block: the tokens of one scale of all branches act on each other; weights are shared by the
/// branches (Wang et al., AAAI 2025). `theta` exists only where the topology has a gate and the interaction uses it.
template <TopologyShape T, class Interaction, class Residual>
class CrossAttention : public torch::nn::Module {
  static_assert(CheckedTopology<T>::kValid);
  static_assert(CheckedInteraction<Interaction, T>::kValid);
  static_assert(CheckedResidual<Residual>::kValid);

 public:
  static constexpr double kNormEpsilon = 1e-5;
  static constexpr std::int64_t kHiddenRatio = 4;
  static constexpr bool kGated = has_gate<T> && Interaction::kUsesGate;

  explicit CrossAttention(std::int64_t width, BranchExecution execution = BranchExecution::kTogether)
      : execution_(execution),
        norm1_(register_module("norm1", LayerNorm(width, kNormEpsilon))),
        norm2_(register_module("norm2", LayerNorm(width, kNormEpsilon))),
        proj_(register_module("proj", Linear(width, 2 * width))),
        feed_forward_(
            register_module("mlp", FeedForward(FeedForwardOptions{.width = width, .hidden = kHiddenRatio * width}))) {
    if constexpr (kGated) theta_ = register_parameter("theta", torch::zeros({}));
  }

  /// Tokens (B, N, width) of every branch -> the same shapes.
  CrossAttentionOutput<T> forward(const BranchTensors<T>& tokens) {
    return execution_ == BranchExecution::kTogether ? together(tokens) : in_turn(tokens);
  }

  /// Weight of the dissimilar pairs, 1 + tanh(theta), 0-d; undefined without a gate.
  torch::Tensor gate() const { return theta_.defined() ? 1 + theta_.tanh() : torch::Tensor(); }

 private:
  CrossAttentionOutput<T> in_turn(const BranchTensors<T>& tokens) {
    BranchTensors<T> normed, qk, values;
    for (std::size_t b = 0; b < tokens.size(); ++b) {
      normed[b] = norm1_->forward(tokens[b]);
      const auto halves = proj_->forward(normed[b]).chunk(2, -1);
      qk[b] = halves[0];
      values[b] = halves[1];
    }
    CrossAttentionOutput<T> out{.tokens = {}, .maps = Interaction::template maps<T>(qk, gate())};
    for (std::size_t b = 0; b < tokens.size(); ++b)
      out.tokens[b] = finished(tokens[b], normed[b], Interaction::template attend<T>(out.maps, values, b));
    return out;
  }

  /// The same with all branches in one batch wherever they do not meet.
  CrossAttentionOutput<T> together(const BranchTensors<T>& tokens) {
    const auto all = stacked<T>(tokens);
    const auto normed = norm1_->forward(all);
    const auto halves = proj_->forward(normed).chunk(2, -1);
    const auto values = unstacked<T>(halves[1]);
    CrossAttentionOutput<T> out{.tokens = {}, .maps = Interaction::template maps<T>(unstacked<T>(halves[0]), gate())};
    BranchTensors<T> updates;
    for (std::size_t b = 0; b < tokens.size(); ++b) updates[b] = Interaction::template attend<T>(out.maps, values, b);
    out.tokens = unstacked<T>(finished(all, normed, stacked<T>(updates)));
    return out;
  }

  torch::Tensor finished(const torch::Tensor& tokens, const torch::Tensor& normed, const torch::Tensor& update) {
    return Residual::finish(
        Residual::sum(tokens, normed, update), [&](const torch::Tensor& x) { return norm2_->forward(x); },
        [&](const torch::Tensor& x) { return feed_forward_->forward(x); });
  }

  BranchExecution execution_;
  LayerNorm norm1_, norm2_;
  Linear proj_;
  FeedForward feed_forward_;
  torch::Tensor theta_;
};

}  // namespace qcs
