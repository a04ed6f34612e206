// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <qcs/model/head/head.hpp>
#include <qcs/nn/branch_norm.hpp>
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

/// Training network of cross-similarity expression recognition (Wang et al., AAAI 2025) for any backbone, cross head,
/// branch topology, token embedding and class head of the base branch: the base branch, which alone is the network at
/// inference, and a head over the tokens of all branches. Parameter names are those of the public checkpoints. Use
/// through `Network`, the holder.
template <class Backbone, class Head, class Topology, class Embedding = PyramidTokens,
          class ClassHead = SqueezeExciteHead>
class NetworkImpl : public BaseBranchImpl<Backbone, Embedding, ClassHead> {
  static_assert(CheckedTopology<Topology>::kValid);
  static_assert(CheckedHead<Head, Topology>::kValid);
  using Base = BaseBranchImpl<Backbone, Embedding, ClassHead>;

 public:
  using HeadType = Head;
  using TopologyType = Topology;

  /// Throws ConfigError if a value is out of range.
  explicit NetworkImpl(const NetworkOptions& options = {}, const BackboneOptionsOf<Backbone>& backbone = {})
      : Base(options, backbone),
        head_(this->register_flat(std::make_shared<HeadModule>(
            HeadOptions{.transformer = this->vit_options(options.cross_depth, options.cross_dropout),
                        .scale_tokens = {Base::kTokenCounts.begin(), Base::kTokenCounts.end()},
                        .execution = options.execution}))),
        norms_(BranchesInBatch::norms_of(*this)),
        together_(options.execution == BranchExecution::kTogether && keeps_branches_apart(*this)) {}

  /// All branches as options().execution says, batch normalisation seeing one branch at a time either way, then the
  /// cross part. One batch per branch, in topology order, of the shapes that forward() takes. Throws ShapeError.
  BranchOutput<Topology> forward_branches(const BranchTensors<Topology>& images) {
    for (std::size_t b = 0; b < images.size(); ++b)
      if (images[b].defined() && images[0].defined() && images[b].sizes() != images[0].sizes())
        throw ShapeError(
            fmt::format("branch `{}` has images of another shape than the anchor", Topology::kBranches[b].name));
    BranchOutput<Topology> out;
    BranchTensors<Topology> tokens;
    if (branches_together()) {
      const BranchesInBatch in_batch(norms_, static_cast<std::int64_t>(images.size()));
      const auto [logits, all_tokens] = this->base(stacked<Topology>(images));
      out.base_logits = unstacked<Topology>(logits);
      tokens = unstacked<Topology>(all_tokens);
    } else {
      for (std::size_t b = 0; b < images.size(); ++b) {
        const auto [logits, branch_tokens] = this->base(images[b]);
        out.base_logits[b] = logits;
        tokens[b] = branch_tokens;
      }
    }
    auto cross = head_->forward(tokens);
    out.cross_logits = std::move(cross.logits);
    out.maps = std::move(cross.maps);
    return out;
  }

  /// Whether branches pass in one batch: where the options ask for it and all batch normalisation is BranchNorm2d.
  bool branches_together() const { return together_; }

  /// tanh(theta) of every scale for a topology with a gate; empty for another one, or where the head has no gates().
  std::vector<double> gates() const {
    if constexpr (requires { head_->gates(); })
      return head_->gates();
    else
      return {};
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
            .cross_depth = this->options().cross_depth,
            .tokens = std::string(Embedding::kName),
            .class_head = std::string(ClassHead::kName)};
  }

 private:
  using HeadModule = typename Head::template Module<Topology>;

  std::shared_ptr<HeadModule> head_;
  std::vector<BranchNorm2dImpl*> norms_;  // parts of this module
  bool together_;
};

/// Holder of a `NetworkImpl`: `Network<Ir50, CrossSimilarityHead<>, Quadruplet> network(options);`
template <class Backbone, class Head, class Topology, class Embedding = PyramidTokens,
          class ClassHead = SqueezeExciteHead>
class Network : public torch::nn::ModuleHolder<NetworkImpl<Backbone, Head, Topology, Embedding, ClassHead>> {
 public:
  using torch::nn::ModuleHolder<NetworkImpl<Backbone, Head, Topology, Embedding, ClassHead>>::ModuleHolder;
};

}  // namespace qcs
