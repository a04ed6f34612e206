// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/core/error.hpp>
#include <string>
#include <vector>

namespace qcs::detail {

/// A picture (8 bits a channel, BGR or grey) as a PNG file in base64.
inline std::string png_base64(const cv::Mat& picture) {
  std::vector<uchar> png;
  if (!cv::imencode(".png", picture, png)) throw Error("cannot encode a picture of the report");
  std::string text(4 * ((png.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock ends with a null byte
  const int length = EVP_EncodeBlock(reinterpret_cast<uchar*>(text.data()), png.data(), static_cast<int>(png.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// An image (RGB or grey) as png_base64 takes it, no side longer than 96 pixels. Throws Error on another kind of image.
inline cv::Mat thumbnail(const cv::Mat& image) {
  constexpr double kSide = 96;
  if (image.empty() || (image.type() != CV_8UC3 && image.type() != CV_8UC1)) throw Error("no RGB or grey image");
  cv::Mat small = image;
  if (const double scale = kSide / std::max(image.cols, image.rows); scale < 1)
    cv::resize(image, small, {std::max(1, cvRound(image.cols * scale)), std::max(1, cvRound(image.rows * scale))}, 0, 0,
               cv::INTER_AREA);
  if (small.channels() == 1) return small;
  cv::Mat turned;  // another one: `small` may share its pixels with `image`
  cv::cvtColor(small, turned, cv::COLOR_RGB2BGR);
  return turned;
}

}  // namespace qcs::detail
