// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <qcs/core/torch.hpp>

namespace qcs::detail {

/// A float32 batch (count, 3, side, side) to be filled image by image. Images are written in place: no
/// operator of LibTorch runs, hence none starts an OpenMP team inside a loader thread.
class ImageSlots {
 public:
  ImageSlots(std::size_t count, int side)
      : tensor_(torch::empty({static_cast<std::int64_t>(count), 3, side, side}, torch::kFloat32)),
        images_(count),
        stride_(3 * std::size_t(side) * std::size_t(side)) {}

  float* slot(std::size_t i) { return tensor_.data_ptr<float>() + i * stride_; }
  /// The first `count` images.
  torch::Tensor tensor(std::size_t count) const {
    return count == images_ ? tensor_ : tensor_.slice(0, 0, static_cast<std::int64_t>(count));
  }

 private:
  torch::Tensor tensor_;
  std::size_t images_, stride_;
};

}  // namespace qcs::detail
