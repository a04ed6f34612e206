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
  Answer base;         ///< of the base branch, as Classifier says it
  Answer cross;        ///< of the cross part
  /// Of each scale, how much each token counts beside its like and unlike partners: the cross-similarity map (Wang et
  /// al., AAAI 2025), rows x columns over what the network saw, float32, summing to 1. The tuple is a batch of its own.
  std::vector<torch::Tensor> maps;
};

/// Shows where the branches of a whole training network look, given the pictures of a tuple.
///
///     auto look = qcs::load_tuple_explainer("best.pt");
///     const std::vector<qcs::BranchExplanation> branches = look(tuple);  // a picture for each of look.branches()
class TupleExplainer {
 public:
  /// Builds a network of this type with the sizes that the card tells and takes all its weights from the file. Throws
  /// CheckpointError if they do not fit.
  template <class Net>
  static TupleExplainer load(const WeightFile& file, const Card& card) {
    const torch::InferenceMode off(false);  // weights that are made within it cannot be loaded outside of it
    NetworkOptions options{.classes = static_cast<std::int64_t>(card.labels.classes.size())};
    if (const auto& a = card.architecture) {
      if (a->base_branch_only)
        throw CheckpointError(fmt::format("{} holds {}; cross-similarity maps need the whole network, such as best.pt",
                                          file.path.string(), a->text()));
      options.transformer = TransformerShape{.width = a->width, .heads = a->heads, .base_depth = a->base_depth};
      options.cross_depth = a->cross_depth;
    }
    Net network(options);
    load_network(network, file);
    return TupleExplainer(network, card);
  }

  /// A trained Network; it is put into evaluation mode.
  template <class Net>
  TupleExplainer(Net network, Card card) : card_(std::move(card)), transform_(transform_options<Net>(card_)) {
    using Topology = typename Net::ContainedType::TopologyType;
    for (const auto& branch : Topology::kBranches) branches_.emplace_back(branch.name);
    network->eval();
    look_ = [network](const std::vector<torch::Tensor>& tuple) mutable {
      const torch::NoGradGuard no_grad;
      BranchTensors<Topology> images;
      for (std::size_t b = 0; b < images.size(); ++b)
        images[b] = tuple[b].unsqueeze(0).to(network->parameters().front().device());
      auto output = network->forward_branches(images);
      std::vector<Branch> branches(images.size());
      for (std::size_t b = 0; b < branches.size(); ++b) {
        branches[b] = {.base = output.base_logits[b][0], .cross = output.cross_logits[b][0], .maps = {}};
        for (const auto& scale : output.maps) branches[b].maps.push_back(scale[b].cpu());
      }
      return branches;
    };
  }

  /// The branches of the network's topology, in order.
  const std::vector<std::string>& branches() const { return branches_; }

  /// @param tuple a face for each of branches(). Throws DataError for another number of pictures or one that is none,
  /// ConfigError if the head gives no maps of one value for each token.
  std::vector<BranchExplanation> operator()(std::span<const Picture> tuple) {
    if (tuple.size() != branches_.size())
      throw DataError(fmt::format("a tuple is {} pictures, {}; found {}", branches_.size(), fmt::join(branches_, ", "),
                                  tuple.size()));
    std::vector<torch::Tensor> inputs;
    for (const auto& picture : tuple) inputs.push_back(transform_(rgb_pixels(picture)));
    std::vector<BranchExplanation> explained;
    for (auto& branch : look_(inputs)) {
      explained.push_back({.branch = branches_[explained.size()],
                           .base = answer_of_logits(branch.base, card_.labels),
                           .cross = answer_of_logits(branch.cross, card_.labels),
                           .maps = {}});
      if (branch.maps.empty()) throw ConfigError("the network's head gives no attention maps");
      for (const auto& map : branch.maps) {
        if (map.dim() != 2)
          throw ConfigError(fmt::format(
              "the network's head gives maps of {} dimensions, not one value for each token (batch, tokens)",
              map.dim()));
        explained.back().maps.push_back(token_map(map[0]));
      }
    }
    return explained;
  }

  const Card& card() const { return card_; }

 private:
  struct Branch {
    torch::Tensor base, cross;
    std::vector<torch::Tensor> maps;
  };

  template <class Net>
  static TransformOptions transform_options(const Card& card) {
    auto options = card.preprocessing.transform();
    options.stride = pixel_stride<typename Net::ContainedType::BackboneType>;
    return options;
  }

  Card card_;
  EvalTransform transform_;
  std::vector<std::string> branches_ = {};
  std::function<std::vector<Branch>(const std::vector<torch::Tensor>&)> look_;
};

}  // namespace qcs
