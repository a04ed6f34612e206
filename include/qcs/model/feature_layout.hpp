// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace qcs {

/// One scale of a backbone's features: a tensor (B, channels, grid, grid).
struct FeatureScale {
  std::int64_t channels;
  std::int64_t grid;
};

/// What a backbone returns for images of 224 x 224, from fine to coarse:
///
///     static constexpr qcs::FeatureLayout kFeatures{{{64, 56}, {128, 28}, {256, 14}}};  // channels, grid
template <std::size_t N>
struct FeatureLayout {
  std::array<FeatureScale, N> scales{};

  constexpr FeatureLayout(const FeatureScale (&list)[N]) {  // NOLINT: a list, nothing that converts by accident
    for (std::size_t i = 0; i < N; ++i) scales[i] = list[i];
  }
};

template <class L>
inline constexpr bool is_feature_layout = false;
template <std::size_t N>
inline constexpr bool is_feature_layout<FeatureLayout<N>> = true;

/// Whether there is a channel and a place on every scale.
template <std::size_t N>
constexpr bool is_filled(const FeatureLayout<N>& layout) {
  for (const auto& scale : layout.scales)
    if (scale.channels < 1 || scale.grid < 1) return false;
  return true;
}

/// Whether no scale is finer than the one before it.
template <std::size_t N>
constexpr bool is_fine_to_coarse(const FeatureLayout<N>& layout) {
  for (std::size_t i = 1; i < N; ++i)
    if (layout.scales[i].grid > layout.scales[i - 1].grid) return false;
  return true;
}

}  // namespace qcs
