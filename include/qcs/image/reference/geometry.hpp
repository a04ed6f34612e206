// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>

#include <opencv2/core.hpp>

namespace qcs::image {

/// The size x size part of an image whose first pixel is (top, left): a view that shares the image's pixels.
inline cv::Mat crop(const cv::Mat& image, int top, int left, int size) {
  return image(cv::Rect(left, top, size, size));
}

/// The size x size part in the middle of an image, as a view; an odd margin is larger at the bottom and
/// right.
inline cv::Mat centre_crop(const cv::Mat& image, int size) {
  return crop(image, (image.rows - size) / 2, (image.cols - size) / 2, size);
}

/// Mirrors an RGB image (8UC3) left to right.
inline cv::Mat flip(const cv::Mat& rgb) {
  CV_Assert(rgb.type() == CV_8UC3);
  cv::Mat result(rgb.size(), CV_8UC3);
  for (int y = 0; y < rgb.rows; ++y) {
    const std::uint8_t* in = rgb.ptr<std::uint8_t>(y) + 3 * (rgb.cols - 1);
    std::uint8_t* out = result.ptr<std::uint8_t>(y);
    for (int x = 0; x < rgb.cols; ++x) std::memcpy(out + 3 * x, in - 3 * x, 3);
  }
  return result;
}

}  // namespace qcs::image
