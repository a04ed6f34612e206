// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <opencv2/core.hpp>
#include <qcs/data/planes.hpp>

namespace qcs::image {

/// Turns 8-bit RGB pixels into network input, (value / 255 - mean) / std in float32 for each channel, by
/// table.
class Normaliser {
 public:
  Normaliser(const std::array<float, 3>& mean, const std::array<float, 3>& std) {
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t v = 0; v < 256; ++v) table_[c][v] = (static_cast<float>(v) / 255.F - mean[c]) / std[c];
  }

  /// Writes the pixels of an RGB image (8UC3) as three planes, 3 x rows x cols floats from `planes` on.
  void operator()(const cv::Mat& rgb, float* planes) const {
    CV_Assert(rgb.type() == CV_8UC3);
    const std::size_t plane = rgb.total();
    for (int y = 0; y < rgb.rows; ++y, planes += rgb.cols) {
      const std::uint8_t* row = rgb.ptr<std::uint8_t>(y);
      for (int x = 0; x < rgb.cols; ++x, row += 3) {
        planes[x] = table_[0][row[0]];
        planes[x + static_cast<std::ptrdiff_t>(plane)] = table_[1][row[1]];
        planes[x + static_cast<std::ptrdiff_t>(2 * plane)] = table_[2][row[2]];
      }
    }
  }

  /// The same for an image of planes; a grey one serves all three channels.
  void operator()(const Planes& image, float* planes) const {
    for (int c = 0; c < 3; ++c) {
      const auto& table = table_[static_cast<std::size_t>(c)];
      const std::uint8_t* bytes = image.plane(image.channels() == 1 ? 0 : c);
      for (std::size_t i = 0; i < image.plane_size(); ++i) *planes++ = table[bytes[i]];
    }
  }

 private:
  std::array<std::array<float, 256>, 3> table_;
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
