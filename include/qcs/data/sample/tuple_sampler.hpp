// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/sample/detail/excluded.hpp>
#include <qcs/data/sample/negatives.hpp>
#include <qcs/data/sample/sampler.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/topology/rules.hpp>

namespace qcs {

/// Draws the images of one training tuple for topology `T`: the images of one role are different files of
/// one class, and different roles show different classes. An image that comes n times is drawn n times as often.
/// `Negatives` chooses the first image of each role after the anchor's.
template <TopologyShape T, class Negatives = RecipeNegatives>
class TupleSampler {
 public:
  using Tuple = std::array<std::size_t, branch_count<T>>;

  /// Throws DataError, naming every class at fault, if a class has images but too few files for a role of `T`, or
  /// if fewer classes have images than `T` has roles. Classes without any image are allowed and never drawn.
  TupleSampler(ClassIndex index, NegativeRule rule)
      : index_(std::move(index)), negatives_((check(), make_negatives(index_, rule))) {}

  const ClassIndex& index() const { return index_; }

  /// Image numbers by branch, the anchor first. Constant time with the shipped rules for negatives. Throws ConfigError
  /// if `Negatives` draws an image of a class that the tuple has already, or none of the list.
  Tuple draw(std::size_t anchor, Rng& rng) const {
    Tuple tuple{};
    std::array<int, role_count<T>> classes{};
    for (std::size_t role = 0; role < role_count<T>; ++role) {
      detail::Excluded used;
      bool first = true;
      for (std::size_t b = 0; b < branch_count<T>; ++b) {
        if (role_of<T>(b) != static_cast<int>(role)) continue;
        tuple[b] = !first      ? draw_within(classes[role], used, rng)
                   : role == 0 ? anchor
                               : draw_new_class(std::span(classes).first(role), rng);
        classes[role] = index_.label(tuple[b]);
        const auto [at, count] = index_.same_file(tuple[b]);
        used.add(at, count);
        first = false;
      }
    }
    return tuple;
  }

 private:
  static_assert(CheckedTopology<T>::kValid);
  static_assert(CheckedNegatives<Negatives>::kValid);

  std::size_t draw_within(int c, const detail::Excluded& used, Rng& rng) const {
    const auto images = index_.images(c);
    return images[used.draw(images.size(), rng)];
  }

  std::size_t draw_new_class(std::span<const int> taken, Rng& rng) const {
    const std::size_t image = negatives_.draw(index_, taken, rng);
    if (image >= index_.size())
      throw ConfigError(fmt::format("the rule for negatives drew image {} of a list of {}", image, index_.size()));
    if (const int c = index_.label(image); std::ranges::find(taken, c) != taken.end())
      throw ConfigError(
          fmt::format("the rule for negatives drew image {} of class {}, which the tuple of {} has already; it must "
                      "draw from another class than those it is given",
                      image, c, T::kName));
    return image;
  }

  static Negatives make_negatives(const ClassIndex& index, NegativeRule rule) {
    if constexpr (std::is_constructible_v<Negatives, const ClassIndex&, NegativeRule>)
      return Negatives(index, rule);
    else
      return Negatives();
  }

  void check() const {
    constexpr std::size_t needed = most_branches_of_role<T>;
    std::string faults;
    for (const int c : index_.present()) {
      const std::size_t count = index_.files(c);
      if (count < needed)
        faults += fmt::format("{}class {} has {} image{}", faults.empty() ? "" : ", ", c, count, count == 1 ? "" : "s");
    }
    if (!faults.empty())
      throw DataError(
          fmt::format("{}; {} needs at least {} images of every class that has any", faults, T::kName, needed));
    if (index_.present().size() < role_count<T>)
      throw DataError(fmt::format("{} of {} classes have images; {} needs at least {}", index_.present().size(),
                                  index_.classes(), T::kName, role_count<T>));
  }

  ClassIndex index_;
  Negatives negatives_;
};

}  // namespace qcs
