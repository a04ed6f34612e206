// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <boost/random/uniform_int_distribution.hpp>

#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/topology/rules.hpp>

namespace qcs {

namespace detail {

/// Up to N half-open ranges of numbers, kept in ascending order, that a draw must not hit.
template <std::size_t N>
class Excluded {
 public:
  /// `first` must not lie in a range added before.
  void add(std::size_t first, std::size_t count) {
    std::size_t at = size_++;
    for (; at > 0 && ranges_[at - 1].first > first; --at) ranges_[at] = ranges_[at - 1];
    ranges_[at] = {first, count};
    total_ += count;
  }

  /// Uniform over the numbers of 0..n-1 in no range; takes one draw and no retries.
  std::size_t draw(std::size_t n, Rng& rng) const {
    auto k = boost::random::uniform_int_distribution<std::size_t>(0, n - total_ - 1)(rng);
    for (std::size_t i = 0; i < size_ && k >= ranges_[i].first; ++i) k += ranges_[i].second;
    return k;
  }

 private:
  std::array<std::pair<std::size_t, std::size_t>, N> ranges_{};
  std::size_t size_ = 0;
  std::size_t total_ = 0;
};

}  // namespace detail

/// Draws the images of one training tuple for topology `T`: the images of one role are different files of
/// one class, and different roles show different classes. An image that comes n times is drawn n times as often.
template <TopologyShape T>
class TupleSampler {
 public:
  using Tuple = std::array<std::size_t, branch_count<T>>;

  /// Throws DataError, naming every class at fault, if a class has images but too few files for a role of `T`, or
  /// if fewer classes have images than `T` has roles. Classes without any image are allowed and never drawn.
  TupleSampler(ClassIndex index, NegativeRule rule) : index_(std::move(index)), rule_(rule) {
    check();
    rank_of_class_.resize(static_cast<std::size_t>(index_.classes()));
    for (std::size_t i = 0; i < index_.present().size(); ++i)
      rank_of_class_[static_cast<std::size_t>(index_.present()[i])] = i;
  }

  const ClassIndex& index() const { return index_; }

  /// Image numbers by branch, the anchor first. Constant time.
  Tuple draw(std::size_t anchor, Rng& rng) const {
    Tuple tuple{};
    std::array<int, role_count<T>> classes{};
    for (std::size_t role = 0; role < role_count<T>; ++role) {
      detail::Excluded<branch_count<T>> used;
      bool first = true;
      for (std::size_t b = 0; b < branch_count<T>; ++b) {
        if (role_of<T>(b) != static_cast<int>(role)) continue;
        tuple[b] = !first      ? draw_within(classes[role], used, rng)
                   : role == 0 ? anchor
                               : draw_new_class(classes, role, rng);
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

  using Classes = std::array<int, role_count<T>>;

  std::size_t draw_within(int c, const detail::Excluded<branch_count<T>>& used, Rng& rng) const {
    const auto images = index_.images(c);
    return images[used.draw(images.size(), rng)];
  }

  std::size_t draw_new_class(const Classes& classes, std::size_t roles, Rng& rng) const {
    detail::Excluded<role_count<T>> taken;
    if (rule_ == NegativeRule::kAnyImage) {
      for (std::size_t r = 0; r < roles; ++r) taken.add(index_.offset(classes[r]), index_.images(classes[r]).size());
      return index_.by_class()[taken.draw(index_.size(), rng)];
    }
    for (std::size_t r = 0; r < roles; ++r) taken.add(rank_of_class_[static_cast<std::size_t>(classes[r])], 1);
    return draw_within(index_.present()[taken.draw(index_.present().size(), rng)], {}, rng);
  }

  void check() const {
    std::size_t needed = 0;
    for (std::size_t r = 0; r < role_count<T>; ++r) needed = std::max(needed, branches_of_role<T>(static_cast<int>(r)));
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
  NegativeRule rule_;
  std::vector<std::size_t> rank_of_class_;
};

}  // namespace qcs
