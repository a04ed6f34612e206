// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/topology/concepts.hpp>

namespace qcs {

namespace detail {

template <TopologyShape T>
constexpr bool in_range(const Pair& p) {
  const int n = static_cast<int>(branch_count<T>);
  return p.first >= 0 && p.first < n && p.second >= 0 && p.second < n;
}

/// True when `rule(pair)` holds for every pair of both kinds; pairs out of range are another rule's business.
template <TopologyShape T>
constexpr bool every_pair(auto rule) {
  for (const Pair& p : T::kSimilar)
    if (in_range<T>(p) && !rule(p, true)) return false;
  for (const Pair& p : T::kDissimilar)
    if (in_range<T>(p) && !rule(p, false)) return false;
  return true;
}

constexpr bool same_edge(const Pair& a, const Pair& b) {
  return (a.first == b.first && a.second == b.second) || (a.first == b.second && a.second == b.first);
}

template <TopologyShape T>
constexpr int occurrences(const Pair& edge) {
  int count = 0;
  for (const Pair& p : T::kSimilar) count += same_edge(p, edge) ? 1 : 0;
  for (const Pair& p : T::kDissimilar) count += same_edge(p, edge) ? 1 : 0;
  return count;
}

}  // namespace detail

/// The rules of a branch topology, one flag each, evaluated by the compiler.
template <TopologyShape T>
struct TopologyRules {
  static constexpr bool kStartsWithAnchor = branch_count<T> >= 2 && role_of<T>(0) == 0;

  static constexpr bool kRolesContiguous = [] {
    for (const Branch& branch : T::kBranches)
      if (branch.role < 0) return false;
    for (std::size_t r = 0; r < role_count<T>; ++r)
      if (branches_of_role<T>(static_cast<int>(r)) == 0) return false;
    return true;
  }();

  static constexpr bool kEdgesInRange = [] {
    for (const Pair& p : T::kSimilar)
      if (!detail::in_range<T>(p)) return false;
    for (const Pair& p : T::kDissimilar)
      if (!detail::in_range<T>(p)) return false;
    return true;
  }();

  static constexpr bool kNoSelfEdge = detail::every_pair<T>([](const Pair& p, bool) { return p.first != p.second; });

  static constexpr bool kNoDuplicateEdge =
      detail::every_pair<T>([](const Pair& p, bool) { return detail::occurrences<T>(p) == 1; });

  static constexpr bool kSimilarShareRole = detail::every_pair<T>([](const Pair& p, bool similar) {
    return !similar || of_branch(T::kBranches, p.first).role == of_branch(T::kBranches, p.second).role;
  });

  static constexpr bool kDissimilarDifferInRole = detail::every_pair<T>([](const Pair& p, bool similar) {
    return similar || of_branch(T::kBranches, p.first).role != of_branch(T::kBranches, p.second).role;
  });

  static constexpr bool kEveryBranchHasEdge = [] {
    for (int b = 0; b < static_cast<int>(branch_count<T>); ++b) {
      bool found = false;
      for (const Pair& p : T::kSimilar) found = found || p.first == b || p.second == b;
      for (const Pair& p : T::kDissimilar) found = found || p.first == b || p.second == b;
      if (!found) return false;
    }
    return true;
  }();

  static constexpr bool kAll = kStartsWithAnchor && kRolesContiguous && kEdgesInRange && kNoSelfEdge &&
                               kNoDuplicateEdge && kSimilarShareRole && kDissimilarDifferInRole && kEveryBranchHasEdge;
};

/// A topology whose values obey every rule. Class templates take a `TopologyShape` and hold a `CheckedTopology`
/// instead, because a failed concept names a flag while a failed static_assert says what to fix.
template <class T>
concept BranchTopology = TopologyShape<T> && TopologyRules<T>::kAll;

/// Instantiating this with a bad topology fails to compile with a sentence for each broken rule.
template <class T>
struct CheckedTopology {
  static_assert(TopologyShape<T>,
                "qcs topology: give it `kName`, a std::string_view, `kBranches`, a std::array of qcs::Branch, "
                "`kSimilar` and `kDissimilar`, each a std::array of qcs::Pair, and all of them `static constexpr`");
  static constexpr bool kValid = false;
};
template <TopologyShape T>
struct CheckedTopology<T> {
  using Rules = TopologyRules<T>;
  static_assert(Rules::kStartsWithAnchor,
                "qcs topology: list at least two branches in kBranches, the anchor (role 0) first");
  static_assert(Rules::kRolesContiguous,
                "qcs topology: number the roles 0, 1, 2, ... without a gap; every role needs a branch");
  static_assert(Rules::kEdgesInRange,
                "qcs topology: an edge is out of range; both members of every pair in kSimilar and kDissimilar must "
                "be indices into kBranches");
  static_assert(Rules::kNoSelfEdge, "qcs topology: a self edge pairs a branch with itself; name two branches");
  static_assert(Rules::kNoDuplicateEdge,
                "qcs topology: a duplicate edge lists the same two branches twice; keep one of them, in kSimilar or "
                "in kDissimilar");
  static_assert(Rules::kSimilarShareRole,
                "qcs topology: a similar pair joins branches of different roles; give both branches one role or move "
                "the pair to kDissimilar");
  static_assert(Rules::kDissimilarDifferInRole,
                "qcs topology: a dissimilar pair joins branches of one role; give the branches different roles or "
                "move the pair to kSimilar");
  static_assert(Rules::kEveryBranchHasEdge,
                "qcs topology: a branch without an edge never meets another one; add a pair with it or remove it");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
