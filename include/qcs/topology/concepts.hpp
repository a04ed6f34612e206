// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <qcs/core/constant.hpp>
#include <string_view>
#include <type_traits>

namespace qcs {

/// One input of the training network. `role` says which class its image shows: branches of one role share a class,
/// role 0 is the anchor's class y, and each higher role is a class different from those of all lower roles.
struct Branch {
  std::string_view name;
  int role;
};

/// An unordered pair of branches, by index.
struct Pair {
  int first;
  int second;
};

/// An element of an array that has one for each branch; `branch` is at least 0.
template <class Array>
constexpr auto& of_branch(Array& array, int branch) {
  return array[static_cast<std::size_t>(branch)];
}

namespace detail {

template <class A, class Element>
inline constexpr bool kIsArrayOf = false;
template <class Element, std::size_t N>
inline constexpr bool kIsArrayOf<std::array<Element, N>, Element> = true;

template <class T, class Element>
concept ArrayOf = kIsArrayOf<std::remove_cvref_t<T>, Element>;

}  // namespace detail

/// The members a branch topology has, all constants. `BranchTopology` (rules.hpp) also asks that their values make
/// sense.
template <class T>
concept TopologyShape = requires {
  { T::kName } -> std::convertible_to<std::string_view>;
  { T::kBranches } -> detail::ArrayOf<Branch>;
  { T::kSimilar } -> detail::ArrayOf<Pair>;
  { T::kDissimilar } -> detail::ArrayOf<Pair>;
  requires HasConstantName<T>;
  typename std::bool_constant<is_read(T::kBranches)>;
  typename std::bool_constant<is_read(T::kSimilar)>;
  typename std::bool_constant<is_read(T::kDissimilar)>;
};

/// Number of branches N of a topology.
template <TopologyShape T>
inline constexpr std::size_t branch_count = T::kBranches.size();

/// Role of branch `b` (0 <= b < branch_count<T>).
template <TopologyShape T>
constexpr int role_of(std::size_t b) {
  return T::kBranches[b].role;
}

/// Number of roles R, that is, of classes in one training tuple.
template <TopologyShape T>
inline constexpr std::size_t role_count = [] {
  int highest = -1;
  for (const Branch& branch : T::kBranches) highest = branch.role > highest ? branch.role : highest;
  return static_cast<std::size_t>(highest) + 1;
}();

/// Number of branches that show role `r`, that is, of different images of one class in a training tuple.
template <TopologyShape T>
constexpr std::size_t branches_of_role(int r) {
  std::size_t count = 0;
  for (const Branch& branch : T::kBranches) count += branch.role == r ? 1 : 0;
  return count;
}

/// The most branches that one role has, that is, images of one class in a training tuple.
template <TopologyShape T>
inline constexpr std::size_t most_branches_of_role = [] {
  std::size_t most = 0;
  for (std::size_t r = 0; r < role_count<T>; ++r) {
    const std::size_t count = branches_of_role<T>(static_cast<int>(r));
    most = count > most ? count : most;
  }
  return most;
}();

/// Whether a learnt gate weighs dissimilar against similar pairs: only where a topology has both (QCS, Wang et al.,
/// AAAI 2025; its ablations QCS-S and QCS-D and DCS have none).
template <TopologyShape T>
inline constexpr bool has_gate = !T::kSimilar.empty() && !T::kDissimilar.empty();

}  // namespace qcs
