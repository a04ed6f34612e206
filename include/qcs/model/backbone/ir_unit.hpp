// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <qcs/nn/prelu.hpp>

namespace qcs {

/// Settings of an improved-residual unit.
struct IrUnitOptions {
  std::int64_t in;      ///< input channels
  std::int64_t out;     ///< output channels
  std::int64_t stride;  ///< 1 or 2
};

/// Improved-residual unit of ArcFace (Deng et al., CVPR 2019): BN, conv3x3, PReLU, conv3x3 with the stride, BN, plus a
/// shortcut, and no activation after the sum. (B, in, H, W) -> (B, out, ceil(H/stride), ceil(W/stride)).
class IrUnitImpl : public torch::nn::Module {
 public:
  explicit IrUnitImpl(IrUnitOptions options) : stride_(options.stride) {
    const auto conv = [](std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
      return torch::nn::Conv2d(
          torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
    };
    if (options.in != options.out) {
      shortcut_ = register_module(
          "shortcut_layer",
          torch::nn::Sequential(conv(options.in, options.out, 1, options.stride), BranchNorm2d(options.out)));
    }
    residual_ = register_module(
        "res_layer",
        torch::nn::Sequential(BranchNorm2d(options.in), conv(options.in, options.out, 3, 1), PRelu(options.out),
                              conv(options.out, options.out, 3, options.stride), BranchNorm2d(options.out)));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    return residual_->forward(x) + (shortcut_ ? shortcut_->forward(x) : subsample(x));
  }

 private:
  /// What a max pooling of window 1 does: keeps every stride-th pixel.
  torch::Tensor subsample(const torch::Tensor& x) const {
    return stride_ == 1 ? x : x.slice(2, 0, x.size(2), stride_).slice(3, 0, x.size(3), stride_);
  }

  std::int64_t stride_;
  torch::nn::Sequential shortcut_{nullptr};
  torch::nn::Sequential residual_{nullptr};
};
TORCH_MODULE(IrUnit);

}  // namespace qcs
