// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Logits of a training pass, in branch order, and the attention maps behind the cross logits.
template <TopologyShape T>
struct BranchOutput {
  BranchTensors<T> base_logits;   ///< (B, classes)
  BranchTensors<T> cross_logits;  ///< (B, classes)
  AttentionMaps<T> maps;          ///< maps[scale][branch], attached to the graph
};

/// Training network of cross-similarity expression recognition (Wang et al., AAAI 2025) for any backbone, head and
/// branch topology: the base branch, which alone is the network at inference, and a head over the tokens of all
/// branches. Parameter names are those of the public checkpoints. Use through `Network`, the holder.
template <BackbonePolicy Backbone, class Head, TopologyShape Topology>
requires HeadPolicy<Head, Topology>
class NetworkImpl : public BaseBranchImpl<Backbone> {
  static_assert(CheckedTopology<Topology>::kValid);
  using Base = BaseBranchImpl<Backbone>;

 public:
  using HeadType = Head;
  using TopologyType = Topology;

  /// Throws ConfigError if a value is out of range.
  explicit NetworkImpl(const NetworkOptions& options = {})
      : Base(options),
        head_(std::make_shared<HeadModule>(this->vit_options(options.cross_depth, options.cross_dropout))) {
    this->register_members(*head_);
  }

  /// All branches, one after the other, so that batch normalisation sees one branch at a time, then the cross part.
  /// One batch per branch, in topology order, of the shapes that forward() takes. Throws ShapeError.
  BranchOutput<Topology> forward_branches(const BranchTensors<Topology>& images) {
    BranchOutput<Topology> out;
    BranchTensors<Topology> tokens;
    for (std::size_t b = 0; b < images.size(); ++b) {
      if (images[b].defined() && images[0].defined() && images[b].sizes() != images[0].sizes())
        throw ShapeError(
            fmt::format("branch `{}` has images of another shape than the anchor", Topology::kBranches[b].name));
      auto [logits, branch_tokens] = this->base(images[b]);
      out.base_logits[b] = logits;
      tokens[b] = branch_tokens;
    }
    auto cross = head_->forward(tokens);
    out.cross_logits = std::move(cross.logits);
    out.maps = std::move(cross.maps);
    return out;
  }

  /// tanh(theta) of every scale for a topology with a gate; empty for another one, or where the head has no gates().
  std::vector<double> gates() const {
    if constexpr (requires { head_->gates(); })
      return head_->gates();
    else
      return {};
  }

  void train(bool on = true) override {
    Base::train(on);
    head_->train(on);  // no child itself, as Base has it of its tokens
  }

  /// Everything that a checkpoint of this network depends on.
  Architecture architecture() const {
    return {.topology = std::string(Topology::kName),
            .backbone = std::string(Backbone::kName),
            .head = Head::name(),
            .classes = this->options().classes,
            .width = this->transformer().width,
            .heads = this->transformer().heads,
            .base_depth = this->transformer().base_depth,
            .cross_depth = this->options().cross_depth};
  }

 private:
  using HeadModule = typename Head::template Module<Topology>;

  std::shared_ptr<HeadModule> head_;
};

/// Holder of a `NetworkImpl`: `Network<Ir50, CrossSimilarityHead<>, Quadruplet> network(options);`
template <BackbonePolicy Backbone, class Head, TopologyShape Topology>
class Network : public torch::nn::ModuleHolder<NetworkImpl<Backbone, Head, Topology>> {
 public:
  using torch::nn::ModuleHolder<NetworkImpl<Backbone, Head, Topology>>::ModuleHolder;
};

}  // namespace qcs
