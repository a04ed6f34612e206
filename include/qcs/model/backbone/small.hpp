// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/backbone/small_unit.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <qcs/nn/layer_norm.hpp>
#include <qcs/nn/linear.hpp>
#include <qcs/nn/prelu.hpp>

namespace qcs {

/// A backbone that trains from scratch on a CPU: three narrow stages on a 56x56 nearest-neighbour reduction of the
/// input. A summary of the whole coarse feature, one weight for every channel and place, is added to each of its
/// places: faces are aligned, so where something is seen matters, and the transformers' averages over tokens start out
/// blind to it. Its batch normalisation takes out what all faces share, so that it learns sooner. Not in the paper; for
/// quick experiments, tests and machines without an accelerator.
class SmallBackbone : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "small";
  static constexpr FeatureLayout kFeatures{{{16, 56}, {32, 28}, {64, 14}}};
  /// One block is enough for its tokens, and weights of 1/sqrt(width) keep a signal's size from layer to layer: with
  /// the published .01, made for pretrained features, training from scratch stays at the class frequencies for long.
  static constexpr TransformerShape kTransformer{
      .width = 64, .heads = 2, .base_depth = 1, .initial_weight_deviation = .125};
  static constexpr int kPixelStride = 4;
  static constexpr double kLearningRate = 3e-4;  ///< to train from scratch; the published ones suit a pretrained IR-50

  SmallBackbone() {
    fine_ = register_module(
        "fine", torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, kFine, 3).padding(1).bias(false)),
                                      BranchNorm2d(kFine), PRelu(kFine)));
    middle_ = register_module("middle", torch::nn::Sequential(detail::SmallUnit(kFine, kMiddle, 2)));
    coarse_ = register_module("coarse", torch::nn::Sequential(detail::SmallUnit(kMiddle, kCoarse, 2),
                                                              detail::SmallUnit(kCoarse, kCoarse, 1)));
    summary_ = register_module(
        "summary", torch::nn::Sequential(torch::nn::AvgPool2d(2), BranchNorm2d(kCoarse), torch::nn::Flatten(),
                                         Linear(kCoarse * 7 * 7, kCoarse), LayerNorm(kCoarse, 1e-5), PRelu(kCoarse)));
  }

  /// (B, 3, 224, 224), or (B, 3, 56, 56) of every fourth row and column -> (B, 16, 56, 56), (B, 32, 28, 28), (B, 64,
  /// 14, 14).
  Features forward(const torch::Tensor& images) {
    const auto fine = fine_->forward(read_pixels<SmallBackbone>(images));
    const auto middle = middle_->forward(fine);
    const auto coarse = coarse_->forward(middle);
    return {fine, middle, coarse + summary_->forward(coarse).unsqueeze(-1).unsqueeze(-1)};
  }

 private:
  static constexpr std::int64_t kFine = kFeatures.scales[0].channels, kMiddle = kFeatures.scales[1].channels,
                                kCoarse = kFeatures.scales[2].channels;

  torch::nn::Sequential fine_{nullptr}, middle_{nullptr}, coarse_{nullptr}, summary_{nullptr};
};
static_assert(BackbonePolicy<SmallBackbone>);

}  // namespace qcs
