// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include <opencv2/core.hpp>

namespace qcs::image {

namespace detail {

/// Bits behind the point of a weight.
inline constexpr int kResizeBits = 22;

/// The weights with which the pixels of one axis contribute to each output position. Every position has the
/// same number of taps, all inside the image; the surplus ones weigh 0.
struct ResizeAxis {
  int taps = 0;
  std::vector<int> first;             ///< first input pixel of each output position
  std::vector<std::int32_t> weights;  ///< output position x taps

  const std::int32_t* weights_of(int position) const { return weights.data() + std::ptrdiff_t{position} * taps; }
};

/// The triangle filter of half-width max(in / out, 1) around each output pixel's centre. Distances are
/// measured in units of 1 / (2 out) pixels, where they are whole numbers: with integers no rounding mode,
/// compiler flag or fused multiply-add can move a weight.
class TriangleFilter {
 public:
  TriangleFilter(int in, int out) : in_(in), out_(out), reach_(2 * std::max<std::int64_t>(in, out)) {}

  std::int64_t operator()(int position, int pixel) const {
    const std::int64_t distance =
        std::abs((2 * std::int64_t{pixel} + 1) * out_ - (2 * std::int64_t{position} + 1) * in_);
    return std::max<std::int64_t>(reach_ - distance, 0);
  }

  /// First pixel with a weight above 0.
  int first(int position) const {
    const std::int64_t edge = (2 * std::int64_t{position} + 1) * in_ - reach_;
    int pixel = static_cast<int>(std::max<std::int64_t>(edge / (2 * out_) - 1, 0));
    while ((*this)(position, pixel) == 0) ++pixel;
    return pixel;
  }

  /// Most pixels any position may have.
  int taps() const { return static_cast<int>(std::min<std::int64_t>(reach_ / out_ + 1, in_)); }

 private:
  std::int64_t in_, out_, reach_;
};

inline ResizeAxis resize_axis(int in, int out) {
  const TriangleFilter filter(in, out);
  ResizeAxis axis{filter.taps(), {}, {}};
  axis.first.reserve(static_cast<std::size_t>(out));
  axis.weights.reserve(static_cast<std::size_t>(out) * static_cast<std::size_t>(axis.taps));
  for (int i = 0; i < out; ++i) {
    const int first = std::min(filter.first(i), in - axis.taps);
    std::int64_t sum = 0;
    for (int k = 0; k < axis.taps; ++k) sum += filter(i, first + k);
    axis.first.push_back(first);
    for (int k = 0; k < axis.taps; ++k)
      axis.weights.push_back(
          static_cast<std::int32_t>(((filter(i, first + k) << (kResizeBits + 1)) + sum) / (2 * sum)));
  }
  return axis;
}

inline std::uint8_t resize_round(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp((sum + (1 << (kResizeBits - 1))) >> kResizeBits, 0, 255));
}

/// `Taps` > 0 fixes the number of taps at compile time, which lets the compiler unroll and vectorise; 0 means
/// any.
template <int Taps>
void resize_horizontally(const cv::Mat& source, const ResizeAxis& axis, cv::Mat& result) {
  const int taps = Taps > 0 ? Taps : axis.taps;
  for (int y = 0; y < source.rows; ++y) {
    const std::uint8_t* row = source.ptr<std::uint8_t>(y);
    std::uint8_t* out = result.ptr<std::uint8_t>(y);
    for (int x = 0; x < result.cols; ++x) {
      const std::uint8_t* pixel = row + 3 * axis.first[static_cast<std::size_t>(x)];
      const std::int32_t* weights = axis.weights_of(x);
      std::int32_t red = 0, green = 0, blue = 0;
      for (int k = 0; k < taps; ++k) {
        red += weights[k] * pixel[3 * k];
        green += weights[k] * pixel[3 * k + 1];
        blue += weights[k] * pixel[3 * k + 2];
      }
      out[3 * x] = resize_round(red);
      out[3 * x + 1] = resize_round(green);
      out[3 * x + 2] = resize_round(blue);
    }
  }
}

template <int Taps>
void resize_vertically(const cv::Mat& source, const ResizeAxis& axis, cv::Mat& result) {
  const int taps = Taps > 0 ? Taps : axis.taps;
  const int width = 3 * source.cols;
  std::vector<std::int32_t> sums(static_cast<std::size_t>(width));
  for (int y = 0; y < result.rows; ++y) {
    const std::int32_t* weights = axis.weights_of(y);
    std::fill(sums.begin(), sums.end(), 0);
    for (int k = 0; k < taps; ++k) {
      const std::uint8_t* row = source.ptr<std::uint8_t>(axis.first[static_cast<std::size_t>(y)] + k);
      for (int j = 0; j < width; ++j) sums[static_cast<std::size_t>(j)] += weights[k] * row[j];
    }
    std::uint8_t* out = result.ptr<std::uint8_t>(y);
    for (int j = 0; j < width; ++j) out[j] = resize_round(sums[static_cast<std::size_t>(j)]);
  }
}

}  // namespace detail

/// Bilinear resize with antialiasing of an RGB image (8UC3) to height x width, the same to the bit as
/// Pillow's: horizontally, then vertically, with weights of 22 bits and 8 bits a channel in between.
inline cv::Mat resize(const cv::Mat& rgb, int height, int width) {
  CV_Assert(rgb.type() == CV_8UC3 && !rgb.empty() && height > 0 && width > 0);
  cv::Mat wide = rgb;
  if (rgb.cols != width) {
    wide.create(rgb.rows, width, CV_8UC3);
    const auto axis = detail::resize_axis(rgb.cols, width);
    detail::resize_horizontally<0>(rgb, axis, wide);
  }
  if (rgb.rows == height) return wide;
  cv::Mat result(height, width, CV_8UC3);
  const auto axis = detail::resize_axis(rgb.rows, height);
  detail::resize_vertically<0>(wide, axis, result);
  return result;
}

}  // namespace qcs::image
