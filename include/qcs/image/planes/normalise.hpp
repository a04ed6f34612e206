// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <opencv2/core.hpp>
#include <qcs/image/detail/vectorise.hpp>
#include <qcs/image/planes/planes.hpp>

namespace qcs::image {

/// Turns 8-bit RGB pixels into network input, (value / 255 - mean) / std in float32 for each channel. There is no
/// product to be fused with a sum, so every compiler and processor computes the same.
class Normaliser {
 public:
  Normaliser(const std::array<float, 3>& mean, const std::array<float, 3>& std) : mean_(mean), std_(std) {}

  /// Writes the pixels of an RGB image (8UC3) as three planes, 3 x rows x cols floats from `planes` on.
  void operator()(const cv::Mat& rgb, float* planes) const {
    CV_Assert(rgb.type() == CV_8UC3);
    Planes image;
    image.resize(3, rgb.rows, rgb.cols);
    for (int y = 0; y < rgb.rows; ++y)
      for (int x = 0; x < rgb.cols; ++x)
        for (int c = 0; c < 3; ++c) image.row(c, y)[x] = rgb.ptr<std::uint8_t>(y)[3 * x + c];
    (*this)(image, planes);
  }

  /// The same for an image of planes; a grey one serves all three channels.
  void operator()(const Planes& image, float* planes) const {
    for (int c = 0; c < 3; ++c) {
      const auto channel = static_cast<std::size_t>(c);
      qcs::detail::vectorised(
          [](const std::uint8_t* bytes, std::size_t size, float mean, float std, float* __restrict out)
              __attribute__((always_inline)) {
                for (std::size_t i = 0; i < size; ++i) out[i] = (static_cast<float>(bytes[i]) / 255.F - mean) / std;
              },
          image.plane(image.channels() == 1 ? 0 : c), image.plane_size(), mean_[channel], std_[channel],
          planes + channel * image.plane_size());
    }
  }

 private:
  std::array<float, 3> mean_, std_;
};

/// Sets a rectangle of all three planes of a 3 x rows x cols image to 0.
inline void erase(float* planes, int rows, int cols, const cv::Rect& area) {
  for (int row = 0; row < 3 * rows; ++row) {
    const int y = row % rows;
    if (y >= area.y && y < area.y + area.height)
      std::fill_n(planes + std::ptrdiff_t{row} * cols + area.x, area.width, 0.F);
  }
}

}  // namespace qcs::image
