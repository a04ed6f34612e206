// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cstddef>
#include <qcs/core/random.hpp>
#include <utility>
#include <vector>

namespace qcs::detail {

/// Half-open ranges of numbers that a draw must not hit.
class Excluded {
 public:
  /// `first` must not lie in a range added before.
  void add(std::size_t first, std::size_t count) {
    const std::pair range(first, count);
    ranges_.insert(std::ranges::lower_bound(ranges_, range), range);
    total_ += count;
  }

  /// Uniform over the numbers of 0..n-1 in no range; takes one draw and no retries.
  std::size_t draw(std::size_t n, Rng& rng) const {
    auto k = boost::random::uniform_int_distribution<std::size_t>(0, n - total_ - 1)(rng);
    for (const auto& [first, count] : ranges_) {
      if (k < first) break;
      k += count;
    }
    return k;
  }

 private:
  std::vector<std::pair<std::size_t, std::size_t>> ranges_;  // ascending
  std::size_t total_ = 0;
};

}  // namespace qcs::detail
