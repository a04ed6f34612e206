// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <qcs/model/token/token_embedding.hpp>
#include <span>
#include <string>
#include <vector>

namespace qcs {

/// Turns features into 49 tokens a scale: each passes a stride-2 convolution of its own width, then as many stride-2
/// convolutions as bring its grid to 7x7, or a 1x1 convolution where it is that already (Wang et al., AAAI 2025, base
/// branch). Grids must be 7 times a power of 2; the published ones are 56, 28 and 14. On a grid of 7 the first
/// convolution has stride 1.
class PyramidTokens : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "pyramid";
  static constexpr std::int64_t kGrid = 7;

  /// 49 for every scale; 0 for a grid that does not come to 7x7.
  template <std::size_t N>
  static constexpr std::array<std::int64_t, N> token_counts(const FeatureLayout<N>& layout) {
    std::array<std::int64_t, N> counts{};
    for (std::size_t i = 0; i < N; ++i) counts[i] = halvings(layout.scales[i].grid) < 0 ? 0 : kGrid * kGrid;
    return counts;
  }

  /// Of the convolution of a scale's own width.
  static constexpr std::int64_t first_stride(std::int64_t grid) { return grid == kGrid ? 1 : 2; }

  /// What the layers to the width of a token stand under: the public names where there are three scales, as there.
  static std::string embedding_name(std::size_t scale, std::size_t scales) {
    static constexpr std::array<const char*, 3> kPublished{"embed_q", "embed_k", "embed_v"};
    return scales == kPublished.size() ? kPublished.at(scale) : "embed_scale_" + std::to_string(scale + 1);
  }

  /// `width`: channels of a token.
  PyramidTokens(std::span<const FeatureScale> layout, std::int64_t width) {
    for (const auto& scale : layout)
      reduce_.push_back(register_module("conv" + std::to_string(reduce_.size() + 1),
                                        convolution(scale.channels, scale.channels, first_stride(scale.grid))));
    for (const auto& scale : layout) {
      torch::nn::Sequential steps;
      const auto count = halvings(scale.grid);
      for (int step = 0; step < count; ++step)
        steps->push_back(convolution(step == 0 ? scale.channels : width, width, 2));
      if (count == 0) steps->push_back("proj", torch::nn::Conv2d(torch::nn::Conv2dOptions(scale.channels, width, 1)));
      embed_.push_back(register_module(embedding_name(embed_.size(), layout.size()), steps));
    }
  }

  /// `Features` -> tokens (B, 49 * scales, width), those of the finest scale first.
  torch::Tensor forward(const Features& features) {
    std::vector<torch::Tensor> tokens;
    for (std::size_t scale = 0; scale < embed_.size(); ++scale)
      tokens.push_back(embed_[scale]->forward(reduce_[scale]->forward(features.at(scale))).flatten(2).transpose(1, 2));
    return torch::cat(tokens, 1);
  }

 private:
  /// Stride-2 convolutions that bring a grid, once through the first one, to 7x7; -1 if none do.
  static constexpr int halvings(std::int64_t grid) {
    if (grid % first_stride(grid) != 0) return -1;
    int count = 0;
    for (grid /= first_stride(grid); grid > kGrid; ++count) {
      if (grid % 2 != 0) return -1;
      grid /= 2;
    }
    return grid == kGrid ? count : -1;
  }

  static torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t stride) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1));
  }

  std::vector<torch::nn::Conv2d> reduce_;
  std::vector<torch::nn::Sequential> embed_;
};

}  // namespace qcs
