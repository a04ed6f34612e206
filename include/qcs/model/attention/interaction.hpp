// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <qcs/core/constant.hpp>
#include <qcs/model/concepts.hpp>
#include <type_traits>

namespace qcs {

/// The rules of an interaction I for topology T, which turns every branch's QK tokens into maps, and maps and V tokens
/// into what is added to the branch; one flag each.
template <class I, class T>
struct InteractionRules {
  static constexpr bool kHasName = HasConstantName<I>;

  static constexpr bool kSaysGate = requires {
    requires std::same_as < std::remove_cvref_t<decltype(I::kUsesGate)>,
    bool > ;
    typename std::bool_constant<I::kUsesGate>;
  };

  static constexpr bool kHasMaps = requires(const BranchTensors<T>& qk, const torch::Tensor& gate) {
    { I::template maps<T>(qk, gate) } -> std::same_as<BranchTensors<T>>;
  };

  static constexpr bool kHasAttend = requires(const BranchTensors<T>& tensors, std::size_t b) {
    { I::template attend<T>(tensors, tensors, b) } -> std::same_as<torch::Tensor>;
  };

  static constexpr bool kAll = kHasName && kSaysGate && kHasMaps && kHasAttend;
};

/// How branches act on each other. `maps<T>(qk, gate)` gets (B, N, C) per branch and, if `kUsesGate` and `has_gate<T>`,
/// the scalar weight of dissimilar pairs; `attend<T>(maps, values, b)` returns branch b's update (B, N, C).
/// docs/policies/interaction.md has a skeleton.
template <class I, class T>
concept InteractionPolicy = InteractionRules<I, T>::kAll;

/// Instantiating this with a bad interaction fails to compile with a sentence for each broken rule.
template <class I, class T>
struct CheckedInteraction {
  using Rules = InteractionRules<I, T>;
  static_assert(Rules::kHasName, "qcs interaction: give it a name, `static constexpr std::string_view kName`");
  static_assert(Rules::kSaysGate,
                "qcs interaction: say whether it weighs dissimilar pairs by a learnt gate, `static constexpr bool "
                "kUsesGate`");
  static_assert(Rules::kHasMaps,
                "qcs interaction: give it `template <qcs::TopologyShape T> static qcs::BranchTensors<T> maps(const "
                "qcs::BranchTensors<T>& qk, const torch::Tensor& gate)`");
  static_assert(Rules::kHasAttend,
                "qcs interaction: give it `template <qcs::TopologyShape T> static torch::Tensor attend(const "
                "qcs::BranchTensors<T>& maps, const qcs::BranchTensors<T>& values, std::size_t branch)`");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
