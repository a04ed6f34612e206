// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/head/cross_similarity_head.hpp>
#include <qcs/model/network.hpp>
#include <qcs/model/token/token_embedding.hpp>
#include <qcs/testing/module_check.hpp>
#include <qcs/topology/dual.hpp>
#include <span>
#include <vector>

namespace qcs::testing {

/// How closely check_token_embedding looks.
struct TokenEmbeddingCheckOptions {
  std::int64_t batch = 2;
  std::int64_t width = 16;  ///< channels of a token, even
  /// An embedding may leave scales out.
  ModuleOptions module = {.gradient_in_training = true, .every_input = false};
};

/// Checks a token embedding on features as the layout of backbone B has them: as check_module does, its tokens against
/// token_counts and the width, and that a network takes it beside its other parts. Throws CheckError with everything
/// that is wrong.
template <class E, class B = SmallBackbone>
void check_token_embedding(const TokenEmbeddingCheckOptions& options = {}) {
  static_assert(CheckedBackbone<B>::kValid && CheckedTokenEmbedding<E, B>::kValid);
  if constexpr (BackbonePolicy<B> && TokenEmbeddingPolicy<E, B>) {
    Findings findings("token embedding", part_name<E>());
    check_name<E>(findings);
    Tensors features;
    for (const auto& scale : B::kFeatures.scales)
      features.push_back(normal({options.batch, scale.channels, scale.grid, scale.grid}, 3 + features.size()));
    std::int64_t tokens = 0;
    for (const auto count : E::token_counts(B::kFeatures)) tokens += count;
    const ModuleMaker make = [&]() -> ModuleCall {
      const std::span<const FeatureScale> layout(B::kFeatures.scales);
      auto embedding = std::make_shared<E>(layout, options.width);
      return {embedding, [raw = embedding.get()](const Tensors& inputs) -> Tensors { return {raw->forward(inputs)}; }};
    };
    auto module = options.module;
    module.shapes_by = "token_counts";
    check_module(findings, make, features, {{options.batch, tokens, options.width}}, module);
    findings.attempt("a network with it", [&] {
      const RandomGuard guard;
      NetworkOptions small;
      small.transformer = TransformerShape{.width = options.width, .heads = 1, .base_depth = 1};
      Network<B, CrossSimilarityHead<>, Dual, E> network(small);
    });
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
