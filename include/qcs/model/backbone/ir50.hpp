// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/backbone/ir_unit.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <qcs/nn/prelu.hpp>

namespace qcs {

namespace detail {

/// `units` units of which the first has stride 2 and changes the width from `in` to `out`.
inline torch::nn::Sequential ir_stage(std::int64_t in, std::int64_t out, int units) {
  torch::nn::Sequential stage;
  for (int unit = 0; unit < units; ++unit) {
    const bool first = unit == 0;
    stage->push_back(IrUnit(IrUnitOptions{.in = first ? in : out, .out = out, .stride = first ? 2 : 1}));
  }
  return stage;
}

}  // namespace detail

/// The first three stages of IR-50 (ArcFace; Deng et al., CVPR 2019), the backbone of Wang et al., AAAI 2025.
/// Reads a nearest-neighbour reduction of its input to 112x112. Parameters carry the public names.
class Ir50 : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "ir50";
  static constexpr FeatureLayout kFeatures{{{64, 56}, {128, 28}, {256, 14}}};
  static constexpr TransformerShape kTransformer{.width = 768, .heads = 8};
  static constexpr int kPixelStride = 2;

  Ir50() {
    input_ = register_module(
        "input_layer",
        torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, kFine, 3).padding(1).bias(false)),
                              BranchNorm2d(kFine), PRelu(kFine)));
    body1_ = register_module("body1", detail::ir_stage(kFine, kFine, 3));
    body2_ = register_module("body2", detail::ir_stage(kFine, kMiddle, 4));
    body3_ = register_module("body3", detail::ir_stage(kMiddle, kCoarse, 14));
  }

  /// (B, 3, 224, 224), or (B, 3, 112, 112) of its even rows and columns -> (B, 64, 56, 56), (B, 128, 28, 28), (B, 256,
  /// 14, 14).
  Features forward(const torch::Tensor& images) {
    const auto fine = body1_->forward(input_->forward(read_pixels<Ir50>(images)));
    const auto middle = body2_->forward(fine);
    return {fine, middle, body3_->forward(middle)};
  }

 private:
  static constexpr std::int64_t kFine = kFeatures.scales[0].channels, kMiddle = kFeatures.scales[1].channels,
                                kCoarse = kFeatures.scales[2].channels;

  torch::nn::Sequential input_{nullptr}, body1_{nullptr}, body2_{nullptr}, body3_{nullptr};
};
static_assert(BackbonePolicy<Ir50>);

}  // namespace qcs
