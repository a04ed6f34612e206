// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/model/backbone/backbone.hpp>
#include <string_view>

namespace qcs::examples {

/// A backbone for series of runs on a CPU: half as wide as SmallBackbone and with half its layers, a fifth of its cost.
/// A summary of the coarsest scale is added to each of its places: faces are aligned, so where something is seen
/// matters.
class NarrowBackbone : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "narrow";
  static constexpr FeatureLayout kFeatures{{{8, 56}, {16, 28}, {32, 14}}};
  static constexpr TransformerShape kTransformer{
      .width = 32, .heads = 2, .base_depth = 1, .initial_weight_deviation = .18};
  static constexpr int kPixelStride = 4;

  NarrowBackbone() {
    fine_ = register_module("fine", scale(3, 8, 1));
    middle_ = register_module("middle", scale(8, 16, 2));
    coarse_ = register_module("coarse", scale(16, 32, 2));
    summary_ = register_module(
        "summary", torch::nn::Sequential(torch::nn::AvgPool2d(2), torch::nn::BatchNorm2d(32), torch::nn::Flatten(),
                                         torch::nn::Linear(32 * 7 * 7, 32),
                                         torch::nn::LayerNorm(torch::nn::LayerNormOptions({32})), torch::nn::ReLU()));
  }

  /// (B, 3, 224, 224), or (B, 3, 56, 56) of every fourth row and column -> (B, 8, 56, 56), (B, 16, 28, 28), (B, 32, 14,
  /// 14).
  Features forward(const torch::Tensor& images) {
    const std::int64_t stride = images.size(2) / 56;
    const auto fine = fine_->forward(images.slice(2, 0, {}, stride).slice(3, 0, {}, stride));
    const auto middle = middle_->forward(fine);
    const auto coarse = coarse_->forward(middle);
    return {fine, middle, coarse + summary_->forward(coarse).view({-1, 32, 1, 1})};
  }

 private:
  /// (B, in, H, W) -> (B, out, H/stride, W/stride).
  static torch::nn::Sequential scale(std::int64_t in, std::int64_t out, std::int64_t stride) {
    const auto convolution = torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false);
    return torch::nn::Sequential(torch::nn::Conv2d(convolution), torch::nn::BatchNorm2d(out), torch::nn::ReLU());
  }

  torch::nn::Sequential fine_{nullptr}, middle_{nullptr}, coarse_{nullptr}, summary_{nullptr};
};
static_assert(BackbonePolicy<NarrowBackbone>);

}  // namespace qcs::examples
