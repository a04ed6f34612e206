// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <qcs/core/error.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/infer/answer.hpp>
#include <qcs/infer/answer_of_logits.hpp>
#include <qcs/infer/explain/options_of_card.hpp>
#include <qcs/infer/explain/token_map.hpp>
#include <qcs/infer/picture.hpp>
#include <qcs/model/network.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/start_weights.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// What the cross part of a trained network makes of one branch of a tuple.
struct BranchExplanation {
  std::string branch;  ///< "anchor"
  Answer base;         ///< of the base branch, which Classifier gives but for rounding
  Answer cross;        ///< of the cross part
  /// Of each scale, a value for each token over what the network saw: rows x columns, or one row where the tokens make
  /// no square; on the CPU. With cross similarity, how much the token counts beside its like and unlike partners (Wang
  /// et al., AAAI 2025, cross similarity attention), float32, summing to 1. The tuple is a batch of its own.
  std::vector<torch::Tensor> maps;
};

/// Shows where the branches of a whole training network look, given the pictures of a tuple.
///
///     auto look = qcs::load_tuple_explainer("best.pt");
///     const std::vector<qcs::BranchExplanation> branches = look(tuple);  // a picture for each of look.branches()
///
/// One thread at a time; copies share the network.
class TupleExplainer {
 public:
  /// Builds a network of this type with the sizes that the card tells and takes all its weights from the file. Throws
  /// CheckpointError if they do not fit.
  template <class Net>
  static TupleExplainer load(const WeightFile& file, const Card& card) {
    if (const auto& a = card.architecture; a && a->base_branch_only)
      throw CheckpointError(fmt::format("{} holds {}; cross-similarity maps need the whole network, such as best.pt",
                                        file.path.string(), a->text()));
    const torch::InferenceMode off(false);  // weights that are made within it are no parameters
    Net network(network_options_of(card));
    load_network(network, file);
    return TupleExplainer(network, card);
  }

  /// A trained Network; it is put into evaluation mode. Throws ConfigError if the card has other classes.
  template <class Net>
  TupleExplainer(Net network, Card card)
      : card_(std::move(card)), transform_(transform_options_of<typename Net::ContainedType::BackboneType>(card_)) {
    using Topology = typename Net::ContainedType::TopologyType;
    require_classes(network->options().classes, card_);
    for (const auto& branch : Topology::kBranches) branches_.emplace_back(branch.name);
    token_counts_.assign(network->kTokenCounts.begin(), network->kTokenCounts.end());
    network->eval();
    look_ = [network](const std::vector<torch::Tensor>& tuple) mutable {
      const torch::InferenceMode off(false);  // a caller may be in it, and what it makes is of no use outside
      const torch::NoGradGuard no_grad;
      BranchTensors<Topology> images;
      for (std::size_t b = 0; b < images.size(); ++b)
        images[b] = tuple[b].unsqueeze(0).to(network->parameters().front().device());
      auto output = network->forward_branches(images);
      std::vector<Branch> branches(images.size());
      for (std::size_t b = 0; b < branches.size(); ++b) {
        branches[b] = {.base = output.base_logits[b][0], .cross = output.cross_logits[b][0], .maps = {}};
        for (const auto& scale : output.maps) branches[b].maps.push_back(scale[b]);
      }
      return branches;
    };
  }

  /// The branches of the network's topology, in order.
  const std::vector<std::string>& branches() const { return branches_; }

  /// @param tuple a face for each of branches(). Throws DataError for another number of pictures or one that is none,
  /// naming its branch, ConfigError if the head gives no maps of one value for each token.
  std::vector<BranchExplanation> operator()(std::span<const Picture> tuple) {
    if (tuple.size() != branches_.size())
      throw DataError(fmt::format("a tuple is {} pictures, {}; found {}", branches_.size(), fmt::join(branches_, ", "),
                                  tuple.size()));
    std::vector<torch::Tensor> inputs;
    for (std::size_t b = 0; b < tuple.size(); ++b) inputs.push_back(input(tuple[b], branches_[b]));
    std::vector<BranchExplanation> explained;
    for (const auto& branch : look_(inputs))
      explained.push_back({.branch = branches_[explained.size()],
                           .base = answer_of_logits(branch.base, card_.labels),
                           .cross = answer_of_logits(branch.cross, card_.labels),
                           .maps = maps_over_picture(branch.maps)});
    return explained;
  }

  const Card& card() const { return card_; }

 private:
  struct Branch {
    torch::Tensor base, cross;
    std::vector<torch::Tensor> maps;
  };

  torch::Tensor input(const Picture& picture, const std::string& branch) const try {
    return transform_(rgb_pixels(picture));
  } catch (const DataError& error) {
    throw DataError(fmt::format("{}: {}", branch, error.what()));
  }

  /// `of_scales` is (1, tokens) for each scale, or of no use here.
  std::vector<torch::Tensor> maps_over_picture(const std::vector<torch::Tensor>& of_scales) const {
    bool good = of_scales.size() == token_counts_.size();
    for (std::size_t i = 0; good && i < of_scales.size(); ++i)
      good = of_scales[i].defined() && of_scales[i].sizes() == torch::IntArrayRef({1, token_counts_[i]});
    if (!good)
      throw ConfigError(
          fmt::format("the network's head gives no maps of one value for each token, {} scales of (batch, {})",
                      token_counts_.size(), fmt::join(token_counts_, ", ")));
    std::vector<torch::Tensor> maps;
    for (const auto& scale : of_scales) maps.push_back(token_map(scale[0].cpu()));
    return maps;
  }

  Card card_;
  EvalTransform transform_;
  std::vector<std::string> branches_ = {};
  std::vector<std::int64_t> token_counts_ = {};
  std::function<std::vector<Branch>(const std::vector<torch::Tensor>&)> look_;
};

}  // namespace qcs
