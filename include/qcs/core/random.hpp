// SPDX-License-Identifier: MIT
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <concepts>
#include <cstdint>

namespace qcs {

/// Generator of every random decision outside LibTorch. Boost's engine and distributions are specified to the bit,
/// unlike the distributions of the standard library, so a seed means the same on every platform.
using Rng = boost::random::mt19937_64;

/// What a stream of random numbers is drawn for; keeps the streams of one seed apart.
enum class Purpose : std::uint64_t {
  kEpochOrder = 1,
  kTuple = 2,
  kAugment = 3,
  kDrawing = 4,
  kNetwork = 5,
  kHoldOut = 6
};

namespace detail {

/// Finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): a bijection that spreads neighbouring integers.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

}  // namespace detail

/// A seed that is a pure function of the words given, in order.
constexpr std::uint64_t derive_seed(std::uint64_t seed, std::convertible_to<std::uint64_t> auto... words) {
  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  std::uint64_t state = detail::mix(seed + kStep);
  ((state = detail::mix(state + kStep + static_cast<std::uint64_t>(words))), ...);
  return state;
}

/// The generator for one decision: a pure function of seed, purpose and the words (say, epoch and index), so that
/// no result depends on which thread asks first.
inline Rng stream(std::uint64_t seed, Purpose purpose, std::convertible_to<std::uint64_t> auto... words) {
  return Rng(derive_seed(seed, static_cast<std::uint64_t>(purpose), static_cast<std::uint64_t>(words)...));
}

}  // namespace qcs
