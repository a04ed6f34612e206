// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <opencv2/core.hpp>

namespace qcs::image {

namespace detail {

inline int grey(const std::uint8_t* rgb) { return (19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16; }

/// Blends a + f (b - a) in float32, clipped and truncated. The products are looked up instead of computed in
/// place: a fused multiply-add would round once where Pillow rounds twice, and there is nothing to fuse with
/// a load.
class Blend {
 public:
  explicit Blend(float factor) {
    for (int d = -255; d <= 255; ++d) products_[static_cast<std::size_t>(d + 255)] = factor * static_cast<float>(d);
  }

  std::uint8_t operator()(int a, int b) const {
    const float blended = static_cast<float>(a) + products_[static_cast<std::size_t>(b - a + 255)];
    return static_cast<std::uint8_t>(std::clamp(blended, 0.F, 255.F));
  }

 private:
  std::array<float, 511> products_;
};

/// Calls `change(in, out)` for every pixel of an RGB image (8UC3); both are pointers to three bytes.
cv::Mat for_each_pixel(const cv::Mat& rgb, const auto& change) {
  CV_Assert(rgb.type() == CV_8UC3);
  cv::Mat result(rgb.size(), CV_8UC3);
  for (int y = 0; y < rgb.rows; ++y) {
    const std::uint8_t* in = rgb.ptr<std::uint8_t>(y);
    std::uint8_t* out = result.ptr<std::uint8_t>(y);
    for (int x = 0; x < 3 * rgb.cols; x += 3) change(in + x, out + x);
  }
  return result;
}

/// Blends every channel value with one constant.
inline cv::Mat blend_with(const cv::Mat& rgb, int constant, float factor) {
  const Blend blend(factor);
  std::array<std::uint8_t, 256> table;
  for (int v = 0; v < 256; ++v) table[static_cast<std::size_t>(v)] = blend(constant, v);
  return for_each_pixel(rgb, [&table](const std::uint8_t* in, std::uint8_t* out) {
    for (int c = 0; c < 3; ++c) out[c] = table[in[c]];
  });
}

/// Hue of a pixel with chroma > 0, in 1/255 turns. Only divisions and additions, so nothing can be fused; the
/// sum in double is exact, hence rounded to float once in every sector.
inline int hue_of(int r, int g, int b, int highest, int chroma) {
  const double base = r == highest ? 0 : g == highest ? 2 : 4;
  const int plus = r == highest ? b : g == highest ? r : g;
  const int minus = r == highest ? g : g == highest ? b : r;
  const auto below = [&](int v) { return static_cast<float>(highest - v) / static_cast<float>(chroma); };
  const auto sixths = static_cast<float>(base + below(plus) - below(minus));
  const double turns = sixths / 6.0 + 1.0;
  return static_cast<int>(static_cast<float>(turns >= 1.0 ? turns - 1.0 : turns) * 255.0);
}

/// The colour of 8-bit hue, saturation and value. The exact rational values, rounded: no tie is possible (the
/// denominators are odd), and Pillow's floating point rounds all 2^24 inputs the same way.
inline void hsv_to_rgb(int h, int s, int v, std::uint8_t* rgb) {
  enum { kTop, kLow, kFalling, kRising };
  static constexpr std::uint8_t kSectors[7][3]{{kTop, kRising, kLow},  {kFalling, kTop, kLow}, {kLow, kTop, kRising},
                                               {kLow, kFalling, kTop}, {kRising, kLow, kTop},  {kTop, kLow, kFalling},
                                               {kTop, kRising, kLow}};
  const int sector = 6 * h / 255, part = 6 * h - 255 * sector;
  const auto scaled = [v](int weight) { return static_cast<std::uint8_t>((2 * v * weight + 65025) / 130050); };
  const std::uint8_t levels[4]{static_cast<std::uint8_t>(v), scaled(255 * (255 - s)), scaled(65025 - s * part),
                               scaled(65025 - s * (255 - part))};
  for (int c = 0; c < 3; ++c) rgb[c] = levels[kSectors[sector][c]];
}

}  // namespace detail

/// Brightness: every value times `factor` (0 black, 1 unchanged), as Pillow computes it. RGB 8UC3, like all
/// here.
inline cv::Mat brightness(const cv::Mat& rgb, double factor) {
  return detail::blend_with(rgb, 0, static_cast<float>(factor));
}

/// Contrast: away from the image's mean grey by `factor` (0 flat grey, 1 unchanged), as Pillow computes it.
inline cv::Mat contrast(const cv::Mat& rgb, double factor) {
  CV_Assert(rgb.type() == CV_8UC3 && !rgb.empty());
  std::int64_t sum = 0;
  for (int y = 0; y < rgb.rows; ++y) {
    const std::uint8_t* row = rgb.ptr<std::uint8_t>(y);
    for (int x = 0; x < 3 * rgb.cols; x += 3) sum += detail::grey(row + x);
  }
  const auto pixels = static_cast<std::int64_t>(rgb.total());
  return detail::blend_with(rgb, static_cast<int>((2 * sum + pixels) / (2 * pixels)), static_cast<float>(factor));
}

/// Saturation: away from each pixel's grey by `factor` (0 grey, 1 unchanged), as Pillow computes it.
inline cv::Mat saturation(const cv::Mat& rgb, double factor) {
  const detail::Blend blend(static_cast<float>(factor));
  return detail::for_each_pixel(rgb, [&blend](const std::uint8_t* in, std::uint8_t* out) {
    const int grey = detail::grey(in);
    for (int c = 0; c < 3; ++c) out[c] = blend(grey, in[c]);
  });
}

/// Turns the hue by `turns` (-.5 to .5), through Pillow's HSV of 8 bits a channel.
inline cv::Mat hue(const cv::Mat& rgb, double turns) {
  const int shift = static_cast<int>(turns * 255) & 255;
  return detail::for_each_pixel(rgb, [shift](const std::uint8_t* in, std::uint8_t* out) {
    const int highest = std::max({in[0], in[1], in[2]}), chroma = highest - std::min({in[0], in[1], in[2]});
    if (chroma == 0) {
      std::copy_n(in, 3, out);
      return;
    }
    const int turned = (detail::hue_of(in[0], in[1], in[2], highest, chroma) + shift) & 255;
    detail::hsv_to_rgb(turned, chroma * 255 / highest, highest, out);
  });
}

}  // namespace qcs::image
