// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <qcs/model/attention/cross_attention.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/model/head/classifier.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Attention maps of a training pass: maps[scale][branch].
template <TopologyShape T>
using AttentionMaps = std::array<BranchTensors<T>, kScales>;

/// What a head returns for every branch.
template <TopologyShape T>
struct HeadOutput {
  BranchTensors<T> logits;  ///< (B, classes)
  AttentionMaps<T> maps;
};

/// The cross part of the training network: a `CrossAttention` per scale and a classifier over the result.
template <TopologyShape T, ResidualPolicy Residual, class Interaction, CrossClassifierPolicy Classifier>
class CrossSimilarityModule : public torch::nn::Module {
 public:
  explicit CrossSimilarityModule(const VitOptions& options) {
    for (std::size_t scale = 0; scale < kScales; ++scale) {
      attention_[scale] =
          register_module("cross_attention_" + std::to_string(scale + 1), std::make_shared<Attention>(options.width));
    }
    classifier_ = register_module(Classifier::kModuleName, std::make_shared<Classifier>(options));
  }

  /// Tokens (B, 3*N, width) of every branch -> cross logits and maps.
  HeadOutput<T> forward(const BranchTensors<T>& tokens) {
    HeadOutput<T> out;
    std::array<std::vector<torch::Tensor>, branch_count<T>> attended;
    for (std::size_t scale = 0; scale < kScales; ++scale) {
      BranchTensors<T> slice;
      for (std::size_t b = 0; b < slice.size(); ++b) slice[b] = tokens[b].chunk(kScales, 1)[scale];
      auto result = attention_[scale]->forward(slice);
      for (std::size_t b = 0; b < slice.size(); ++b) attended[b].push_back(result.tokens[b]);
      out.maps[scale] = std::move(result.maps);
    }
    for (std::size_t b = 0; b < tokens.size(); ++b)
      out.logits[b] = classifier_->forward(tokens[b], torch::cat(attended[b], 1));
    return out;
  }

  /// tanh(theta) of every scale, the learnt part of the dissimilar pairs' weight; empty without a gate.
  std::vector<double> gates() const {
    std::vector<double> values;
    if constexpr (Attention::kGated)
      for (const auto& attention : attention_) values.push_back(attention->gate().template item<double>() - 1);
    return values;
  }

 private:
  using Attention = CrossAttention<T, Interaction, Residual>;
  std::array<std::shared_ptr<Attention>, kScales> attention_;
  std::shared_ptr<Classifier> classifier_;
};

/// Head policy of `Network`: names the parts; `Module<T>` is the module for topology T.
template <ResidualPolicy Residual = NormedResidual, class Interaction = CrossSimilarity,
          CrossClassifierPolicy Classifier = TransformerClassifier>
struct CrossSimilarityHead {
  template <TopologyShape T>
  using Module = CrossSimilarityModule<T, Residual, Interaction, Classifier>;

  static std::string name() {
    return std::string(Interaction::kName) + "-" + std::string(Residual::kName) + "-" + std::string(Classifier::kName);
  }
};

/// A head policy: `name()` and a module template that is built from `VitOptions` and maps every branch's tokens to a
/// `HeadOutput`. docs/heads.md has a skeleton.
template <class H, class T>
concept HeadPolicy = std::derived_from<typename H::template Module<T>, torch::nn::Module> &&
                     std::constructible_from < typename H::template Module<T>,
const VitOptions& > &&requires(typename H::template Module<T>& head, const BranchTensors<T>& tokens) {
  { H::name() } -> std::convertible_to<std::string>;
  { head.forward(tokens) } -> std::same_as<HeadOutput<T>>;
};

}  // namespace qcs
