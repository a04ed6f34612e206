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

/// Tokens of the two coarsest scales alone, 49 each: a 1x1 convolution to the token's width, then the mean over equal
/// squares down to a 7x7 grid. Two thirds of the pyramid's tokens and no convolution on a fine grid; not in the paper.
/// Both grids must be multiples of 7.
class CoarseTokens : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "coarse";
  static constexpr std::int64_t kGrid = 7;
  static constexpr std::size_t kUsedScales = 2;

  /// 49 for each of the two; 0 where there is one scale only, or a grid is no multiple of 7.
  template <std::size_t N>
  static constexpr std::array<std::int64_t, kUsedScales> token_counts(const FeatureLayout<N>& layout) {
    std::array<std::int64_t, kUsedScales> counts{};
    if constexpr (N >= kUsedScales)
      for (std::size_t i = 0; i < kUsedScales; ++i)
        counts[i] = layout.scales[N - kUsedScales + i].grid % kGrid == 0 ? kGrid * kGrid : 0;
    return counts;
  }

  /// `width`: channels of a token.
  CoarseTokens(std::span<const FeatureScale> layout, std::int64_t width) {
    for (const auto& scale : layout.last(kUsedScales))
      project_.push_back(register_module("project_" + std::to_string(project_.size() + 1),
                                         torch::nn::Conv2d(torch::nn::Conv2dOptions(scale.channels, width, 1))));
  }

  /// `Features` -> tokens (B, 98, width), those of the finer scale first.
  torch::Tensor forward(const Features& features) {
    std::vector<torch::Tensor> tokens;
    for (std::size_t i = 0; i < kUsedScales; ++i) {
      const auto& feature = features.at(features.size() - kUsedScales + i);
      const auto window = feature.size(2) / kGrid;
      tokens.push_back(torch::avg_pool2d(project_[i]->forward(feature), {window, window}).flatten(2).transpose(1, 2));
    }
    return torch::cat(tokens, 1);
  }

 private:
  std::vector<torch::nn::Conv2d> project_;
};

}  // namespace qcs
