// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <qcs/model/attention/cross_attention.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/model/head/cross_classifier.hpp>
#include <qcs/model/head/head.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// The cross part of the published training network: a `CrossAttention` per scale and a classifier over the result
/// (Wang et al., AAAI 2025).
template <TopologyShape T, class Residual, class Interaction, class Classifier>
class CrossSimilarityModule : public torch::nn::Module {
  static_assert(CheckedCrossClassifier<Classifier>::kValid);

 public:
  explicit CrossSimilarityModule(const HeadOptions& options)
      : scale_tokens_(options.scale_tokens), execution_(options.execution) {
    for (std::size_t scale = 0; scale < scale_tokens_.size(); ++scale)
      attention_.push_back(register_module("cross_attention_" + std::to_string(scale + 1),
                                           std::make_shared<Attention>(options.transformer.width, execution_)));
    classifier_ = register_module(Classifier::kModuleName, std::make_shared<Classifier>(options.transformer));
  }

  /// Tokens (B, tokens, width) of every branch -> cross logits and maps.
  HeadOutput<T> forward(const BranchTensors<T>& tokens) {
    HeadOutput<T> out;
    std::array<std::vector<torch::Tensor>, branch_count<T>> scales, attended;
    for (std::size_t b = 0; b < tokens.size(); ++b) scales[b] = tokens[b].split_with_sizes(scale_tokens_, 1);
    for (std::size_t scale = 0; scale < attention_.size(); ++scale) {
      BranchTensors<T> slice;
      for (std::size_t b = 0; b < slice.size(); ++b) slice[b] = scales[b].at(scale);
      auto result = attention_[scale]->forward(slice);
      for (std::size_t b = 0; b < slice.size(); ++b) attended[b].push_back(result.tokens[b]);
      out.maps.push_back(std::move(result.maps));
    }
    BranchTensors<T> all_scales;
    for (std::size_t b = 0; b < tokens.size(); ++b) all_scales[b] = torch::cat(attended[b], 1);
    if (execution_ == BranchExecution::kTogether) {
      out.logits = unstacked<T>(classifier_->forward(stacked<T>(tokens), stacked<T>(all_scales)));
    } else {
      for (std::size_t b = 0; b < tokens.size(); ++b) out.logits[b] = classifier_->forward(tokens[b], all_scales[b]);
    }
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

  std::vector<std::int64_t> scale_tokens_;
  BranchExecution execution_;
  std::vector<std::shared_ptr<Attention>> attention_;
  std::shared_ptr<Classifier> classifier_;
};

/// Head policy of `Network`: names the parts; `Module<T>` is the module for topology T.
template <class Residual = NormedResidual, class Interaction = CrossSimilarity,
          class Classifier = TransformerClassifier>
struct CrossSimilarityHead {
  template <TopologyShape T>
  using Module = CrossSimilarityModule<T, Residual, Interaction, Classifier>;

  static std::string name() {
    return std::string(Interaction::kName) + "-" + std::string(Residual::kName) + "-" + std::string(Classifier::kName);
  }
};

}  // namespace qcs
