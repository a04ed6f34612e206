// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <qcs/core/parallel_for.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/topology/rules.hpp>
#include <string>
#include <vector>

namespace qcs::testing::detail {

/// Images of `classes` classes in turn, the first with `smallest` different files, each further one with one more; the
/// class before the last has no image. The first file of every class comes twice.
inline ClassIndex made_up_index(int classes, std::size_t smallest) {
  std::vector<int> labels;
  std::vector<std::size_t> files;
  for (std::size_t round = 0; round < smallest + static_cast<std::size_t>(classes); ++round)
    for (int c = 0; c < classes; ++c) {
      if (c == classes - 2 || round >= smallest + static_cast<std::size_t>(c)) continue;
      labels.push_back(c);
      files.push_back(files.size());
    }
  for (int c = 0; c < classes; ++c) {
    const auto first = std::find(labels.begin(), labels.end(), c) - labels.begin();
    if (first == static_cast<std::ptrdiff_t>(labels.size())) continue;
    labels.push_back(c);
    files.push_back(static_cast<std::size_t>(first));
  }
  return ClassIndex(labels, classes, files);
}

/// Images for tuples of T, with two classes more than it needs, and one without images.
template <TopologyShape T>
ClassIndex index_for() {
  return made_up_index(static_cast<int>(role_count<T>) + 3, most_branches_of_role<T> + 1);
}

/// Whether two images are of one file.
inline bool same_file(const ClassIndex& index, std::size_t a, std::size_t b) {
  return index.label(a) == index.label(b) && index.same_file(a) == index.same_file(b);
}

/// Adds what keeps images from being a tuple of T around an anchor.
template <TopologyShape T>
void check_tuple(Findings& findings, const ClassIndex& index, std::size_t anchor,
                 const std::array<std::size_t, branch_count<T>>& tuple) {
  findings.require(tuple[0] == anchor, "the first image of a tuple is not the anchor");
  for (const auto image : tuple)
    if (!findings.require(image < index.size(), "a tuple has an image number that the list does not have")) return;
  for (std::size_t a = 0; a < tuple.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      const auto [first, second] = std::pair(T::kBranches[b].name, T::kBranches[a].name);
      const bool same_role = role_of<T>(a) == role_of<T>(b),
                 same_class = index.label(tuple[a]) == index.label(tuple[b]);
      findings.require(!same_role || same_class,
                       fmt::format("branches `{}` and `{}` share a role, but a tuple has images of two classes there",
                                   first, second));
      findings.require(same_role || !same_class,
                       fmt::format("branches `{}` and `{}` differ in role, but a tuple has images of one class there",
                                   first, second));
      findings.require(!same_role || !same_class || !same_file(index, tuple[a], tuple[b]),
                       fmt::format("branches `{}` and `{}` of a tuple show the same file", first, second));
    }
}

/// Marks an image as seen, and with it all images of its file.
inline void mark_seen(std::vector<char>& seen, const ClassIndex& index, std::size_t image) {
  const auto images = index.images(index.label(image));
  const auto [first, count] = index.same_file(image);
  for (std::size_t i = first; i < first + count; ++i) seen[images[i]] = 1;
}

/// Adds the images that never came, of those that could; `what` is the branch, or whatever else they were drawn for.
inline void check_coverage(Findings& findings, const std::string& what, const std::vector<char>& seen,
                           std::size_t draws) {
  std::vector<std::size_t> never;
  for (std::size_t i = 0; i < seen.size(); ++i)
    if (seen[i] == 0) never.push_back(i);
  if (never.empty()) return;
  const auto count = never.size();
  never.resize(std::min<std::size_t>(count, 5));
  findings.add(fmt::format("in {} draws, {} never was {} of {} images (such as {})", draws, what, count, seen.size(),
                           fmt::join(never, ", ")));
}

/// The checks of what draws tuples of T of the images of `index`: roles and files of each tuple, the same tuple for the
/// same generator, in several threads too, and, if wanted, that every file comes in every branch.
template <TopologyShape T>
void check_draws(Findings& findings, const ClassIndex& index, const auto& draw, bool coverage) {
  constexpr std::size_t kDraws = 200;  // for every anchor
  using Tuple = std::array<std::size_t, branch_count<T>>;
  std::vector<Tuple> tuples;
  std::array<std::vector<char>, branch_count<T>> seen;
  for (auto& branch : seen) branch.resize(index.size());
  const auto rng_of = [](std::size_t number) { return stream(1, Purpose::kTuple, number); };
  const bool drawn = findings.attempt("draw()", [&] {
    for (std::size_t i = 0; i < index.size() * kDraws; ++i) {
      Rng rng = rng_of(i);
      tuples.push_back(draw(i / kDraws, rng));
      check_tuple<T>(findings, index, i / kDraws, tuples.back());
      for (std::size_t b = 0; b < branch_count<T>; ++b)
        if (tuples.back()[b] < index.size()) mark_seen(seen[b], index, tuples.back()[b]);
    }
  });
  if (!drawn) return;
  for (std::size_t b = 1; b < branch_count<T> && coverage; ++b)
    check_coverage(findings, fmt::format("branch `{}`", T::kBranches[b].name), seen[b], tuples.size());
  findings.attempt("draw() in four threads", [&] {
    std::vector<char> same(tuples.size());
    const auto again = [&](std::size_t i) {
      Rng rng = rng_of(i);
      same[i] = draw(i / kDraws, rng) == tuples[i] ? 1 : 0;
    };
    parallel_for(tuples.size(), 4, again, {});
    findings.require(std::find(same.begin(), same.end(), 0) == same.end(),
                     "draw() gives another tuple for the same anchor and the same state of the generator; keep nothing "
                     "from call to call and draw from the generator alone");
  });
}

}  // namespace qcs::testing::detail
