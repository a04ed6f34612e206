// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/topology/rules.hpp>
#include <string_view>

namespace qcs {

/// Number of scales at which features are taken and compared (Wang et al., AAAI 2025).
inline constexpr std::size_t kScales = 3;

/// Features of one image batch, from fine to coarse: (B, W[i], G[i], G[i]) with grids G = 56, 28, 14.
using Features = std::array<torch::Tensor, kScales>;

/// One tensor for every branch of a topology, in the order of `T::kBranches`.
template <TopologyShape T>
using BranchTensors = std::array<torch::Tensor, branch_count<T>>;

/// The transformers that suit a backbone.
struct TransformerShape {
  std::int64_t width;                     ///< channels of a token, a multiple of `heads`
  std::int64_t heads;                     ///< attention heads
  std::int64_t base_depth = 2;            ///< blocks of the base transformer
  double initial_weight_deviation = .01;  ///< of their linear layers
};

/// A feature extractor: a module without constructor arguments that turns (B, 3, 224, 224) into `Features`.
/// `kWidths` are the channels of the three features, `kTransformer` is what should stand on them.
/// docs/backbones.md has a skeleton.
template <class B>
concept BackbonePolicy = std::derived_from<B, torch::nn::Module> && std::default_initializable<B> &&
    requires(B& backbone, const torch::Tensor& images) {
  { B::kName } -> std::convertible_to<std::string_view>;
  { B::kWidths[kScales - 1] } -> std::convertible_to<std::int64_t>;
  { B::kTransformer } -> std::convertible_to<TransformerShape>;
  { backbone.forward(images) } -> std::same_as<Features>;
};

/// How many rows and columns apart the pixels are that a backbone reads: `B::kPixelStride` where it has one, else 1,
/// all. A backbone with stride s also takes (B, 3, 224/s, 224/s), the pixels it would read, so that nobody needs to
/// make the others.
template <BackbonePolicy B>
inline constexpr int pixel_stride = [] {
  if constexpr (requires { B::kPixelStride; })
    return B::kPixelStride;
  else
    return 1;
}();

}  // namespace qcs
