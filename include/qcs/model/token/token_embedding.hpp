// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <qcs/core/constant.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/model/feature_layout.hpp>
#include <span>
#include <type_traits>

namespace qcs {

namespace detail {

template <class A>
inline constexpr bool kIsCounts = false;
template <std::size_t N>
inline constexpr bool kIsCounts<std::array<std::int64_t, N>> = N > 0;

template <class E, class B>
concept HasCounts = HasFeatureLayout<B> && requires {
  requires kIsCounts<std::remove_cvref_t<decltype(E::token_counts(B::kFeatures))>>;
};

/// Whether the counts of an embedding for a backbone are a constant.
template <class E, class B>
concept HasConstantCounts = requires {
  typename std::bool_constant<is_read(E::token_counts(B::kFeatures))>;
};

}  // namespace detail

/// The rules of a token embedding E on the features of a backbone B, one flag each. A rule that needs another one
/// counts as kept where that one is broken.
template <class E, class B>
struct TokenEmbeddingRules {
  static constexpr bool kIsModule = std::derived_from<E, torch::nn::Module>;

  static constexpr bool kHasName = HasConstantName<E>;

  static constexpr bool kHasCounts = !detail::HasFeatureLayout<B> || detail::HasCounts<E, B>;

  static constexpr bool kCountsConstant = !detail::HasCounts<E, B> || detail::HasConstantCounts<E, B>;

  static constexpr bool kSuitsBackbone = [] {
    if constexpr (detail::HasCounts<E, B> && detail::HasConstantCounts<E, B>) {
      for (const auto count : E::token_counts(B::kFeatures))
        if (count < 1) return false;
    }
    return true;
  }();

  static constexpr bool kConstructs = std::constructible_from<E, std::span<const FeatureScale>, std::int64_t>;

  static constexpr bool kHasForward = requires(E & embedding, const Features& features) {
    { embedding.forward(features) } -> std::same_as<torch::Tensor>;
  };

  static constexpr bool kAll =
      kIsModule && kHasName && kHasCounts && kCountsConstant && kSuitsBackbone && kConstructs && kHasForward;
};

/// Turns the features of backbone B into the tokens of all scales, one after the other, (B, tokens, width).
/// docs/policies/token_embedding.md has a skeleton.
template <class E, class B>
concept TokenEmbeddingPolicy = TokenEmbeddingRules<E, B>::kAll;

/// Instantiating this with an embedding that does not suit a backbone fails to compile with a sentence for each broken
/// rule.
template <class E, class B>
struct CheckedTokenEmbedding {
  using Rules = TokenEmbeddingRules<E, B>;
  static_assert(Rules::kIsModule,
                "qcs token embedding: derive it publicly from torch::nn::Module; a holder that TORCH_MODULE makes is "
                "none, its Impl is");
  static_assert(Rules::kHasName, "qcs token embedding: give it a name, `static constexpr std::string_view kName`");
  static_assert(
      Rules::kHasCounts,
      "qcs token embedding: say how many tokens each scale becomes: `template <std::size_t N> static constexpr "
      "std::array<std::int64_t, N> token_counts(const qcs::FeatureLayout<N>&)`");
  static_assert(Rules::kCountsConstant,
                "qcs token embedding: token_counts must be constexpr, as shapes follow from it");
  static_assert(
      Rules::kSuitsBackbone,
      "qcs token embedding: it does not suit this backbone's kFeatures (token_counts gives a scale no token); "
      "take another embedding or change the scales");
  static_assert(
      Rules::kConstructs,
      "qcs token embedding: give it the constructor `E(std::span<const qcs::FeatureScale> layout, std::int64_t "
      "width)`");
  static_assert(Rules::kHasForward,
                "qcs token embedding: give it `torch::Tensor forward(const qcs::Features&)`, -> (B, tokens, width)");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
