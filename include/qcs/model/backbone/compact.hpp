// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/backbone/small_unit.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/prelu.hpp>

namespace qcs {

namespace detail {

/// The luma of ITU-R BT.601 from normalised colours: (B, 3, H, W) -> (B, 1, H, W). Fixed weights, in a buffer.
class LumaImpl : public torch::nn::Module {
 public:
  LumaImpl() {
    // Pixels come divided by the deviations of ImageNet's channels; the weights undo that and sum to 1.
    constexpr std::array kLuma{.299 * .229, .587 * .224, .114 * .225};
    constexpr double kSum = kLuma[0] + kLuma[1] + kLuma[2];
    weight_ = register_buffer(
        "weight",
        torch::tensor({kLuma[0] / kSum, kLuma[1] / kSum, kLuma[2] / kSum}, torch::kFloat32).view({1, 3, 1, 1}));
  }

  torch::Tensor forward(const torch::Tensor& images) { return torch::conv2d(images, weight_); }

 private:
  torch::Tensor weight_;
};
TORCH_MODULE(Luma);

}  // namespace detail

/// The backbone of the network that is shipped: 54 million multiplications for a face with its transformer, trained
/// from scratch on the grey faces of FERPlus. It looks at a colour picture's luma alone, so that photos look to it like
/// what it has learnt from. Residual stages on grids of 28, 14 and 7 behind a stem on the 56x56 nearest-neighbour
/// reduction of the input, and a summary of the coarsest feature as in SmallBackbone. Not in the paper.
class CompactBackbone : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "compact";
  static constexpr FeatureLayout kFeatures{{{32, 28}, {64, 14}, {96, 7}}};
  static constexpr TransformerShape kTransformer{
      .width = 96, .heads = 4, .base_depth = 1, .initial_weight_deviation = .1};
  static constexpr int kPixelStride = 4;
  static constexpr double kLearningRate = 2e-3;  ///< to train from scratch
  static constexpr std::int64_t kStem = 16;      ///< channels on the 56x56 grid
  static constexpr std::int64_t kSummary = 32;   ///< channels that the summary is made from

  CompactBackbone() {
    const auto conv = [](std::int64_t from, std::int64_t to, std::int64_t kernel) {
      return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, kernel).padding(kernel / 2).bias(false));
    };
    luma_ = register_module("luma", detail::Luma());
    stem_ = register_module("stem", torch::nn::Sequential(conv(1, kStem, 3), BranchNorm2d(kStem), PRelu(kStem)));
    fine_ = register_module("fine", torch::nn::Sequential(detail::SmallUnit(kStem, kFine, 2)));
    middle_ = register_module(
        "middle", torch::nn::Sequential(detail::SmallUnit(kFine, kMiddle, 2), detail::SmallUnit(kMiddle, kMiddle, 1)));
    coarse_ = register_module("coarse", torch::nn::Sequential(detail::SmallUnit(kMiddle, kCoarse, 2)));
    constexpr auto kPlaces = kFeatures.scales[2].grid * kFeatures.scales[2].grid;
    summary_ =
        register_module("summary", torch::nn::Sequential(conv(kCoarse, kSummary, 1), BranchNorm2d(kSummary),
                                                         torch::nn::Flatten(), Linear(kSummary * kPlaces, kCoarse),
                                                         LayerNorm(kCoarse, 1e-5), PRelu(kCoarse)));
  }

  /// (B, 3, 224, 224), or (B, 3, 56, 56) of every fourth row and column -> (B, 32, 28, 28), (B, 64, 14, 14), (B, 96, 7,
  /// 7).
  Features forward(const torch::Tensor& images) {
    const auto fine = fine_->forward(stem_->forward(luma_->forward(read_pixels<CompactBackbone>(images))));
    const auto middle = middle_->forward(fine);
    const auto coarse = coarse_->forward(middle);
    return {fine, middle, coarse + summary_->forward(coarse).unsqueeze(-1).unsqueeze(-1)};
  }

 private:
  static constexpr std::int64_t kFine = kFeatures.scales[0].channels, kMiddle = kFeatures.scales[1].channels,
                                kCoarse = kFeatures.scales[2].channels;

  detail::Luma luma_{nullptr};
  torch::nn::Sequential stem_{nullptr}, fine_{nullptr}, middle_{nullptr}, coarse_{nullptr}, summary_{nullptr};
};
static_assert(BackbonePolicy<CompactBackbone>);

}  // namespace qcs
