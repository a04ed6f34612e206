// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <qcs/core/parallel_for.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/sample/negatives.hpp>
#include <qcs/testing/detail/draws.hpp>
#include <qcs/testing/findings.hpp>
#include <type_traits>
#include <vector>

namespace qcs::testing {

/// How closely check_negative_rule looks.
struct NegativeRuleCheckOptions {
  bool coverage = true;  ///< every file of a free class shall come; false for a rule that leaves some out
};

namespace detail {

template <class N>
N make_negatives(const ClassIndex& index, NegativeRule rule) {
  if constexpr (std::is_constructible_v<N, const ClassIndex&, NegativeRule>)
    return N(index, rule);
  else
    return N();
}

/// The draws for one set of classes that a tuple has already.
template <class N>
void check_taken(Findings& findings, const N& negatives, const ClassIndex& index, const std::vector<int>& taken,
                 bool coverage) {
  constexpr std::size_t kDraws = 2000;
  const auto draw = [&](std::size_t i) {
    Rng rng = stream(1, Purpose::kTuple, i);
    return negatives.draw(index, taken, rng);
  };
  std::vector<std::size_t> drawn;
  std::vector<char> seen(index.size());
  for (std::size_t image = 0; image < seen.size(); ++image)
    seen[image] = std::find(taken.begin(), taken.end(), index.label(image)) != taken.end() ? 1 : 0;
  for (std::size_t i = 0; i < kDraws; ++i) {
    drawn.push_back(draw(i));
    if (!findings.require(drawn.back() < index.size(), "draw() gives an image number that the list does not have"))
      return;
    findings.require(std::find(taken.begin(), taken.end(), index.label(drawn.back())) == taken.end(),
                     "draw() gives an image of a class that is among `taken`");
    mark_seen(seen, index, drawn.back());
  }
  if (coverage)
    check_coverage(findings, fmt::format("with class {} taken, the image drawn", fmt::join(taken, " and ")), seen,
                   kDraws);
  std::vector<char> same(kDraws);
  const auto again = [&](std::size_t i) { same[i] = draw(i) == drawn[i] ? 1 : 0; };
  parallel_for(kDraws, 4, again, {});
  findings.require(std::find(same.begin(), same.end(), 0) == same.end(),
                   "draw() gives another image for the same arguments and the same state of the generator; keep "
                   "nothing from call to call and draw from the generator alone");
}

}  // namespace detail

/// Checks a rule for negatives on made-up images, with either value of the recipe: that images are of the list and of
/// no class taken, the same for the same generator in one thread and in four, and that every file of a free class
/// comes. Throws CheckError with everything that is wrong.
template <class N>
void check_negative_rule(const NegativeRuleCheckOptions& options = {}) {
  static_assert(CheckedNegatives<N>::kValid);
  if constexpr (NegativePolicy<N>) {
    Findings findings("negative rule", part_name<N>());
    const auto index = detail::made_up_index(6, 3);
    for (const auto rule : {NegativeRule::kAnyImage, NegativeRule::kClassFirst})
      findings.attempt("draw()", [&] {
        const auto negatives = detail::make_negatives<N>(index, rule);
        std::vector<int> taken;  // one class more each time, the highest first, until a single one is free
        for (auto i = index.present().size(); i > 1; --i) {
          taken.push_back(index.present()[i - 1]);
          detail::check_taken(findings, negatives, index, taken, options.coverage);
        }
      });
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
