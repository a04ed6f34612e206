// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <qcs/model/concepts.hpp>

namespace qcs {

namespace detail {

/// 1x1 convolution under the name `proj`, as the public checkpoints have it.
class PointProjectionImpl : public torch::nn::Module {
 public:
  PointProjectionImpl(std::int64_t in, std::int64_t out)
      : proj_(register_module("proj", torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 1)))) {}

  torch::Tensor forward(const torch::Tensor& x) { return proj_->forward(x); }

 private:
  torch::nn::Conv2d proj_;
};
TORCH_MODULE(PointProjection);

}  // namespace detail

/// Turns three features into tokens of one width: each feature passes a stride-2 convolution of its own width, then as
/// many stride-2 convolutions as bring its grid to 7x7 (Wang et al., AAAI 2025, base branch).
class PyramidTokensImpl : public torch::nn::Module {
 public:
  static constexpr std::int64_t kTokensPerScale = 49;
  static constexpr std::int64_t kTokens = kTokensPerScale * static_cast<std::int64_t>(kScales);

  /// `widths`: channels of the three features; `token_width`: channels of a token.
  PyramidTokensImpl(const std::array<std::int64_t, kScales>& widths, std::int64_t token_width) {
    for (std::size_t scale = 0; scale < kScales; ++scale)
      reduce_[scale] = register_module("conv" + std::to_string(scale + 1), halving(widths[scale], widths[scale]));
    fine_ = register_module("embed_q",
                            torch::nn::Sequential(halving(widths[0], token_width), halving(token_width, token_width)));
    middle_ = register_module("embed_k", torch::nn::Sequential(halving(widths[1], token_width)));
    coarse_ = register_module("embed_v", detail::PointProjection(widths[2], token_width));
  }

  /// `Features` -> tokens (B, 147, token_width), the 49 of the finest scale first.
  torch::Tensor forward(const Features& features) {
    const auto tokens = [](const torch::Tensor& map) { return map.flatten(2).transpose(1, 2); };
    return torch::cat({tokens(fine_->forward(reduce_[0]->forward(features[0]))),
                       tokens(middle_->forward(reduce_[1]->forward(features[1]))),
                       tokens(coarse_->forward(reduce_[2]->forward(features[2])))},
                      1);
  }

 private:
  static torch::nn::Conv2d halving(std::int64_t in, std::int64_t out) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(2).padding(1));
  }

  std::array<torch::nn::Conv2d, kScales> reduce_{nullptr, nullptr, nullptr};
  torch::nn::Sequential fine_{nullptr}, middle_{nullptr};
  detail::PointProjection coarse_{nullptr};
};
TORCH_MODULE(PyramidTokens);

}  // namespace qcs
