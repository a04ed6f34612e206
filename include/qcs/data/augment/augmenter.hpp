// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <opencv2/core.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/data/augment/transform_options.hpp>
#include <type_traits>

namespace qcs {

/// The rules of an augmenter: what turns one training image into the network's input.
template <class A>
struct AugmenterRules {
  static constexpr bool kFromOptions = std::is_constructible_v<A, const TransformOptions&>;
  static constexpr bool kHasOptions = requires(const A augmenter) {
    { augmenter.options() } -> std::same_as<const TransformOptions&>;
  };
  static constexpr bool kWrites = requires(const A augmenter, const cv::Mat& rgb, Rng& rng, float* planes) {
    augmenter.write(rgb, rng, planes);
  };
  static constexpr bool kCopies = std::is_copy_constructible_v<A>;

  static constexpr bool kAll = kFromOptions && kHasOptions && kWrites && kCopies;
};

/// Something that augments, see docs/policies/augmenter.md: `write(rgb, rng, planes)` writes the image `rgb` (8UC3 in
/// RGB or 8UC1, any size) as normalised planes, 3 * side * side floats with side = options().side(). It is a pure
/// function of the image and the generator's state, may run in several threads at once, and what it draws from the
/// generator does not depend on pixels.
template <class A>
concept AugmenterPolicy = AugmenterRules<A>::kAll;

/// Instantiating this with a bad augmenter fails to compile with a sentence for each broken rule.
template <class A>
struct CheckedAugmenter {
  using Rules = AugmenterRules<A>;
  static_assert(Rules::kFromOptions,
                "qcs augmenter: write a constructor from `const qcs::TransformOptions&`, the recipe's values");
  static_assert(Rules::kHasOptions,
                "qcs augmenter: write `const qcs::TransformOptions& options() const`, a reference to the options that "
                "the augmenter keeps, no copy of them");
  static_assert(Rules::kWrites,
                "qcs augmenter: write `void write(const cv::Mat& rgb, qcs::Rng& rng, float* planes) const`; it is "
                "const because several threads augment at once");
  static_assert(Rules::kCopies, "qcs augmenter: make it copyable, as data sets that hold it are");
  static constexpr bool kValid = Rules::kAll;
};

static_assert(AugmenterPolicy<TrainTransform>);

}  // namespace qcs
