// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <qcs/core/torch.hpp>

namespace qcs {

/// Something that computes what the base branch says: `logits(images)` maps normalised float32 images (B, 3, S, S) on
/// the CPU to logits (B, classes), float32 on the CPU. S is 224 divided by stride(): with a stride, only every
/// stride-th row and column of the 224 x 224 image is wanted.
template <class E>
concept Engine = requires(E& engine, const torch::Tensor& images) {
  { engine.logits(images) } -> std::same_as<torch::Tensor>;
  { engine.stride() } -> std::convertible_to<int>;
  { engine.classes() } -> std::convertible_to<std::int64_t>;
};

}  // namespace qcs
