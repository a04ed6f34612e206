// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/torch.hpp>

namespace qcs {

/// Bilinear pooling of two token sets (B, N, C): x = a^T b / N, flattened; sign(x) sqrt(|x| + 1e-5); L2-normalised per
/// sample; times 100. Returns (B, C*C). Part of the public code, which leaves it off by default.
inline torch::Tensor bilinear_pool(const torch::Tensor& a, const torch::Tensor& b) {
  namespace F = torch::nn::functional;
  const auto product = (torch::matmul(a.transpose(1, 2), b) / static_cast<double>(a.size(1))).flatten(1);
  const auto rooted = product.sign() * (product.abs() + 1e-5).sqrt();
  return 100 * F::normalize(rooted, F::NormalizeFuncOptions().dim(1));
}

}  // namespace qcs
