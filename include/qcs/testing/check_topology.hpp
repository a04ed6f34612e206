// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <ostream>
#include <qcs/core/random.hpp>
#include <qcs/data/sample/tuple_sampler.hpp>
#include <qcs/testing/detail/draws.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/topology/rules.hpp>
#include <string>

namespace qcs::testing {

/// What tuples of a topology look like: its branches and pairs, and `count` tuples of made-up images.
template <TopologyShape T>
std::string tuple_text(std::size_t count = 3) {
  static_assert(CheckedTopology<T>::kValid);
  const auto index = detail::index_for<T>();
  const TupleSampler<T> sampler(index, NegativeRule::kAnyImage);
  std::string text =
      fmt::format("{}: {} images of {} class{} a tuple{}\n", T::kName, branch_count<T>, role_count<T>,
                  role_count<T> == 1 ? "" : "es", has_gate<T> ? ", with a gate in the published head" : "");
  const auto pairs = [&](const auto& list, const char* kind) {
    for (const Pair& pair : list)
      text += fmt::format("  {} and {} are {}\n", of_branch(T::kBranches, pair.first).name,
                          of_branch(T::kBranches, pair.second).name, kind);
  };
  pairs(T::kSimilar, "similar");
  pairs(T::kDissimilar, "dissimilar");
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng = stream(0, Purpose::kTuple, i);
    const auto tuple = sampler.draw(i * index.size() / count, rng);
    text += "  ";
    for (std::size_t b = 0; b < tuple.size(); ++b)
      text += fmt::format("{}{}: image {} of class {}", b == 0 ? "" : ", ", T::kBranches[b].name, tuple[b],
                          index.label(tuple[b]));
    text += "\n";
  }
  return text;
}

/// Checks a topology beyond what the compiler does: names of the branches, and that the tuples which TupleSampler draws
/// of made-up images have the classes that the roles ask for. With `out`, writes tuple_text() there. Throws CheckError
/// with everything that is wrong.
template <class T>
void check_topology(std::ostream* out = nullptr) {
  static_assert(TopologyShape<T>, "qcs topology: it needs kName, kBranches, kSimilar and kDissimilar");
  if constexpr (TopologyShape<T>) {
    static_assert(CheckedTopology<T>::kValid);
    Findings findings("topology", part_name<T>());
    check_name<T>(findings);
    for (std::size_t b = 0; b < branch_count<T>; ++b) {
      findings.require(!T::kBranches[b].name.empty(), fmt::format("branch {} has no name", b));
      for (std::size_t other = 0; other < b; ++other)
        findings.require(
            T::kBranches[b].name != T::kBranches[other].name,
            fmt::format("two branches are called `{}`; reports could not tell them apart", T::kBranches[b].name));
    }
    for (const auto rule : {NegativeRule::kAnyImage, NegativeRule::kClassFirst}) {
      const auto index = detail::index_for<T>();
      const TupleSampler<T> sampler(index, rule);
      detail::check_draws<T>(
          findings, index, [&](std::size_t anchor, Rng& rng) { return sampler.draw(anchor, rng); }, true);
    }
    if (out != nullptr) *out << tuple_text<T>();
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
