// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/sample/sampler.hpp>
#include <qcs/data/sample/sampling.hpp>
#include <qcs/testing/detail/draws.hpp>
#include <qcs/testing/findings.hpp>
#include <string>
#include <vector>

namespace qcs::testing {

/// How closely check_tuple_sampler looks.
struct TupleSamplerCheckOptions {
  bool coverage = true;  ///< every file shall come in every branch; false for a sampler that leaves some out
};

namespace detail {

/// A list that cannot serve T must be refused when the sampler is made: a draw could find no image.
template <class S, TopologyShape T>
void check_refusal(Findings& findings, const std::vector<int>& labels, int classes, const std::string& what) {
  try {
    const S sampler(ClassIndex(labels, classes), NegativeRule::kAnyImage);
    findings.add(fmt::format("it is made for a list {}; throw DataError there", what));
  } catch (const Error&) {
  } catch (...) {
    findings.add(fmt::format("for a list {} it throws something else than a qcs::Error", what));
  }
}

}  // namespace detail

/// Checks a tuple sampler for topology T on made-up images, some of which come twice, with either rule of the recipe:
/// its index, the anchor, roles and files of 200 tuples an image, the same tuple for the same generator in one thread
/// and in four, every file in every branch, and that lists which cannot serve T are refused. Throws CheckError with
/// everything that is wrong.
template <class S, TopologyShape T>
void check_tuple_sampler(const TupleSamplerCheckOptions& options = {}) {
  static_assert(CheckedTopology<T>::kValid && CheckedTupleSampler<S, T>::kValid);
  if constexpr (TupleSamplerPolicy<S, T>) {
    Findings findings("tuple sampler", part_name<S>());
    for (const auto rule : {NegativeRule::kAnyImage, NegativeRule::kClassFirst}) {
      const auto index = detail::index_for<T>();
      findings.attempt(fmt::format("its construction with rule `{}`", name_of(rule)), [&] {
        const S sampler(index, rule);
        bool same = sampler.index().size() == index.size() && sampler.index().classes() == index.classes();
        for (std::size_t i = 0; same && i < index.size(); ++i) same = sampler.index().label(i) == index.label(i);
        findings.require(same, "index() holds other images than the sampler was given");
        detail::check_draws<T>(
            findings, index, [&](std::size_t anchor, Rng& rng) { return sampler.draw(anchor, rng); }, options.coverage);
      });
    }
    std::vector<int> one_class(most_branches_of_role<T> + 2, 0), one_each;
    for (int c = 0; c < static_cast<int>(role_count<T>) + 1; ++c) one_each.push_back(c);
    if constexpr (role_count < T >> 1)
      detail::check_refusal<S, T>(findings, one_class, 3, "whose images are all of one class");
    if constexpr (most_branches_of_role < T >> 1)
      detail::check_refusal<S, T>(findings, one_each, static_cast<int>(one_each.size()),
                                  "with one image of each class");
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
