// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/topology/rules.hpp>
#include <type_traits>

namespace qcs {

/// The rules of a tuple sampler for topology `T`.
template <class S, TopologyShape T>
struct TupleSamplerRules {
  static constexpr bool kConstructible = std::is_constructible_v<S, ClassIndex, NegativeRule>;
  static constexpr bool kHasIndex = requires(const S sampler) {
    { sampler.index() } -> std::same_as<const ClassIndex&>;
  };
  static constexpr bool kDraws = requires(const S sampler, std::size_t anchor, Rng& rng) {
    { sampler.draw(anchor, rng) } -> std::same_as<std::array<std::size_t, branch_count<T>>>;
  };
  static constexpr bool kCopies = std::is_copy_constructible_v<S>;

  static constexpr bool kAll = kConstructible && kHasIndex && kDraws && kCopies;
};

/// Something that draws training tuples, see docs/policies/tuple_sampler.md: `draw(anchor, rng)` gives image numbers by
/// branch, the anchor first; images of one role are of one class, those of different roles of different classes. A pure
/// function of its arguments and the generator's state that may run in several threads at once.
template <class S, class T>
concept TupleSamplerPolicy = TopologyShape<T> && TupleSamplerRules<S, T>::kAll;

/// Instantiating this with a bad sampler fails to compile with a sentence for each broken rule.
template <class S, TopologyShape T>
struct CheckedTupleSampler {
  using Rules = TupleSamplerRules<S, T>;
  static_assert(Rules::kConstructible,
                "qcs tuple sampler: write a constructor from `(qcs::ClassIndex index, qcs::NegativeRule rule)`, the "
                "images by class and the recipe's value");
  static_assert(Rules::kHasIndex,
                "qcs tuple sampler: write `const qcs::ClassIndex& index() const`, a reference to the index that the "
                "sampler keeps, no copy of it");
  static_assert(Rules::kDraws,
                "qcs tuple sampler: write `std::array<std::size_t, qcs::branch_count<T>> draw(std::size_t anchor, "
                "qcs::Rng& rng) const`; it is const because several threads draw at once");
  static_assert(Rules::kCopies, "qcs tuple sampler: make it copyable, as data sets that hold it are");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
