// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/model/concepts.hpp>
#include <string_view>

namespace qcs {

/// How branches act on each other: turns every branch's QK tokens into maps, and maps and V tokens into what is added
/// to the branch. `maps<T>(qk, gate)` gets (B, N, C) per branch and, if `kUsesGate` and `has_gate<T>`, the scalar
/// weight of dissimilar pairs; `attend<T>(maps, values, b)` returns branch b's update (B, N, C).
template <class I, class T>
concept InteractionPolicy = requires(const BranchTensors<T>& tensors, const torch::Tensor& gate, std::size_t b) {
  { I::kName } -> std::convertible_to<std::string_view>;
  { I::kUsesGate } -> std::convertible_to<bool>;
  { I::template maps<T>(tensors, gate) } -> std::same_as<BranchTensors<T>>;
  { I::template attend<T>(tensors, tensors, b) } -> std::same_as<torch::Tensor>;
};

}  // namespace qcs
