// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/autocast.hpp>

namespace qcs {

namespace detail {

/// oneDNN, which LibTorch convolves by, multiplies float32 matrices several times as fast as the OpenBLAS that Debian's
/// LibTorch multiplies by knows how to; MKL does as well by itself. Below some rows starting it takes longer.
inline bool convolution_multiplies_faster(const torch::Tensor& x, const torch::Tensor& weight) {
  constexpr std::int64_t kRows = 64;
  return !at::hasMKL() && at::globalContext().userEnabledMkldnn() && at::hasMKLDNN() && x.device().is_cpu() &&
         x.scalar_type() == torch::kFloat32 && weight.scalar_type() == torch::kFloat32 && x.dim() > 1 &&
         x.numel() > 0 && x.numel() >= kRows * x.size(-1) && !product_type(torch::kCPU);
}

/// The rows of x as the pixels of channels-last images, a convolution of window 1, and back; a contiguous x is not
/// copied.
inline torch::Tensor linear_by_convolution(const torch::Tensor& x, const torch::Tensor& weight,
                                           const torch::Tensor& bias) {
  const auto rows = x.numel() / x.size(-1);
  // On one thread LibTorch leaves windows of 1 to oneDNN from sixteen images on.
  const std::int64_t images = at::get_num_threads() == 1 && rows % 16 == 0 ? 16 : 1;
  const auto pixels = x.contiguous().view({images, rows / images, 1, x.size(-1)}).permute({0, 3, 1, 2});
  auto shape = x.sizes().vec();
  shape.back() = weight.size(0);
  return torch::conv2d(pixels, weight.unsqueeze(-1).unsqueeze(-1), bias).permute({0, 2, 3, 1}).reshape(shape);
}

}  // namespace detail

/// x W^T + b, what torch::linear returns but for rounding: (..., in), (out, in), (out) -> (..., out). On a CPU with
/// Debian's LibTorch 3 to 4 times as fast where there are many rows, forward and backward.
inline torch::Tensor dense(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  return detail::convolution_multiplies_faster(x, weight) ? detail::linear_by_convolution(x, weight, bias)
                                                          : torch::linear(x, weight, bias);
}

/// The layer, with parameters, start and options of torch::nn::Linear.
class LinearImpl : public torch::nn::LinearImpl {
 public:
  using torch::nn::LinearImpl::LinearImpl;

  torch::Tensor forward(const torch::Tensor& x) { return dense(x, weight, bias); }
};
TORCH_MODULE(Linear);

}  // namespace qcs
