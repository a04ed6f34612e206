// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/core/error.hpp>
#include <string>
#include <utility>

namespace qcs {

/// The order of a picture's colours in memory.
enum class ChannelOrder { kBgr, kRgb };

/// Pixels with the order of their colours, which cv::Mat does not know. Shares the pixels.
struct Picture {
  cv::Mat pixels;
  ChannelOrder order;
};

/// A picture as OpenCV reads files and cameras: BGR or BGRA, or grey.
inline Picture bgr(cv::Mat pixels) { return {std::move(pixels), ChannelOrder::kBgr}; }

/// A picture as most other libraries have it: RGB or RGBA, or grey.
inline Picture rgb(cv::Mat pixels) { return {std::move(pixels), ChannelOrder::kRgb}; }

/// The picture as the transforms take it: 8UC3 in RGB, or 8UC1 where it is grey; an alpha channel is left out. Throws
/// DataError that names what was found for an empty picture and for anything but 8 bits in 1, 3 or 4 channels.
inline cv::Mat rgb_pixels(const Picture& picture) {
  const auto& pixels = picture.pixels;
  if (pixels.empty() || pixels.dims != 2)
    throw DataError(fmt::format("expected a picture, found {}", pixels.empty() ? "an empty one" : "a volume"));
  const int channels = pixels.channels();
  if (pixels.depth() != CV_8U || (channels != 1 && channels != 3 && channels != 4))
    throw DataError(fmt::format("expected a picture of 8 bits in 1, 3 or 4 channels, found {} x {} of {}", pixels.cols,
                                pixels.rows, cv::typeToString(pixels.type())));
  if (channels == 1) return pixels;
  const bool is_rgb = picture.order == ChannelOrder::kRgb;
  if (channels == 3 && is_rgb) return pixels;
  cv::Mat result;
  cv::cvtColor(pixels, result, channels == 3 ? cv::COLOR_BGR2RGB : is_rgb ? cv::COLOR_RGBA2RGB : cv::COLOR_BGRA2RGB);
  return result;
}

}  // namespace qcs
