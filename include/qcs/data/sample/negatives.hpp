// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <concepts>
#include <cstddef>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/sample/detail/excluded.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <span>
#include <type_traits>

namespace qcs {

/// The rules of a rule for negatives, which chooses the first image of a class that a tuple does not have yet.
template <class N>
struct NegativesRules {
  static constexpr bool kConstructible =
      std::is_constructible_v<N, const ClassIndex&, NegativeRule> || std::is_default_constructible_v<N>;
  static constexpr bool kDraws =
      requires(const N negatives, const ClassIndex& index, std::span<const int> taken, Rng& rng) {
    { negatives.draw(index, taken, rng) } -> std::same_as<std::size_t>;
  };
  static constexpr bool kCopies = std::is_copy_constructible_v<N>;

  static constexpr bool kAll = kConstructible && kDraws && kCopies;
};

/// Something that chooses negatives, see docs/policies/negative_rule.md: `draw(index, taken, rng)` gives the number of
/// an image whose class is not among `taken`, the classes that the tuple has so far, the anchor's first. There always
/// is such an image. A pure function of its arguments and the generator's state that may run in several threads at
/// once.
template <class N>
concept NegativePolicy = NegativesRules<N>::kAll;

/// Instantiating this with a bad rule for negatives fails to compile with a sentence for each broken rule.
template <class N>
struct CheckedNegatives {
  using Rules = NegativesRules<N>;
  static_assert(Rules::kConstructible,
                "qcs negative rule: write a constructor from `(const qcs::ClassIndex&, qcs::NegativeRule)`, the images "
                "and the recipe's value, or a default one");
  static_assert(Rules::kDraws,
                "qcs negative rule: write `std::size_t draw(const qcs::ClassIndex& index, std::span<const int> taken, "
                "qcs::Rng& rng) const`; it gives the number of an image, not a class, as std::size_t");
  static_assert(Rules::kCopies, "qcs negative rule: make it copyable, as samplers that hold it are");
  static constexpr bool kValid = Rules::kAll;
};

/// Uniform over all images of the classes still free, so large classes come more often.
struct AnyImageNegatives {
  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng& rng) const {
    detail::Excluded excluded;
    for (const int c : taken) excluded.add(index.offset(c), index.images(c).size());
    return index.by_class()[excluded.draw(index.size(), rng)];
  }
};

/// Uniform over the classes still free, then over the images of the class.
struct ClassFirstNegatives {
  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng& rng) const {
    const auto present = index.present();
    detail::Excluded excluded;
    for (const int c : taken)
      excluded.add(static_cast<std::size_t>(std::ranges::lower_bound(present, c) - present.begin()), 1);
    const auto images = index.images(present[excluded.draw(present.size(), rng)]);
    return images[boost::random::uniform_int_distribution<std::size_t>(0, images.size() - 1)(rng)];
  }
};

/// One of the two above, as the recipe's value says.
class RecipeNegatives {
 public:
  RecipeNegatives(const ClassIndex& /*index*/, NegativeRule rule) : rule_(rule) {}

  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng& rng) const {
    return rule_ == NegativeRule::kAnyImage ? AnyImageNegatives().draw(index, taken, rng)
                                            : ClassFirstNegatives().draw(index, taken, rng);
  }

 private:
  NegativeRule rule_;
};

static_assert(NegativePolicy<RecipeNegatives> && NegativePolicy<AnyImageNegatives> &&
              NegativePolicy<ClassFirstNegatives>);

}  // namespace qcs
