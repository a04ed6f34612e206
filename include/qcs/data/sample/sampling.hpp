// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/random/discrete_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include <qcs/core/enum_names.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>

namespace qcs {

/// How an epoch's anchors are chosen.
enum class Sampling {
  kShuffle,     ///< a random order without repetition
  kBalanced,    ///< independent draws with replacement, every class that has images equally likely
  kSquareRoot,  ///< the same, every class as likely as the square root of its images' number (Mahajan et al., ECCV
                ///< 2018)
};

template <>
struct EnumNames<Sampling> {
  static constexpr std::string_view kWhat = "sampling";
  static constexpr std::array<std::string_view, 3> kNames{"shuffle", "balanced", "square root"};
};

/// How the class of a branch that is not the anchor's is chosen.
enum class NegativeRule {
  kAnyImage,    ///< uniform over all images of the classes still free, so large classes come more often
  kClassFirst,  ///< uniform over the classes still free, then over the images of the class
};

template <>
struct EnumNames<NegativeRule> {
  static constexpr std::string_view kWhat = "rule for negatives";
  static constexpr std::array<std::string_view, 2> kNames{"any image", "class first"};
};

/// Which image stands at which position of an epoch.
struct EpochPlan {
  int epoch = 0;
  std::vector<std::size_t> order;
};

/// The anchors of one epoch: a pure function of the arguments. `draws` may be smaller than the number of
/// images (the public code's AffectNet recipes draw N/8 or N/12), and with kBalanced also larger; with
/// kShuffle it is capped.
inline std::vector<std::size_t> epoch_order(Sampling sampling, const ClassIndex& index, std::size_t draws,
                                            std::uint64_t seed, int epoch) {
  Rng rng = stream(seed, Purpose::kEpochOrder, epoch);
  const auto draw = [&rng](std::size_t n) {
    return boost::random::uniform_int_distribution<std::size_t>(0, n - 1)(rng);
  };
  std::vector<std::size_t> order;
  if (sampling == Sampling::kShuffle) {
    order.resize(index.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t kept = std::min(draws, order.size());
    for (std::size_t i = 0; i < kept; ++i) std::swap(order[i], order[i + draw(order.size() - i)]);
    order.resize(kept);
    return order;
  }
  if (index.size() == 0) return order;
  order.reserve(draws);
  const auto present = index.present();
  std::vector<double> shares;
  for (const int c : present) shares.push_back(std::sqrt(static_cast<double>(index.images(c).size())));
  const boost::random::discrete_distribution<std::size_t, double> by_root(shares);
  while (order.size() < draws) {
    const auto drawn = sampling == Sampling::kSquareRoot ? by_root(rng) : draw(present.size());
    const auto images = index.images(present[drawn]);
    order.push_back(images[draw(images.size())]);
  }
  return order;
}

}  // namespace qcs
