// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numbers>

#include <opencv2/core.hpp>

namespace qcs::image {

namespace detail {

/// A product rounded to double before anything else happens to it: behind a call the compiler cannot fuse it
/// with the addition that follows, which would round once instead of twice.
[[gnu::noinline]] inline double rounded_product(double a, double b) { return a * b; }

/// The double nearest to `value` written with 15 decimals.
inline double round_to_15_decimals(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 15).ptr;
  double rounded = 0;
  std::from_chars(text.data(), end, rounded);
  return rounded;
}

inline std::int32_t to_fixed_point(double value) { return static_cast<std::int32_t>(std::floor(value * 65536 + .5)); }

/// Where the pixel centres of one output axis come from: c + along * x + across * y, in 16.16 fixed point.
struct RotationAxis {
  std::int32_t along, across, start;

  RotationAxis(double a, double b, double centre, double offset)
      : along(to_fixed_point(a)), across(to_fixed_point(b)), start(to_fixed_point(offset + centre + .5 * a + .5 * b)) {}
};

/// Where the pixels of a rotated rows x cols image come from.
struct Rotation {
  RotationAxis from_x, from_y;

  static Rotation by(double degrees, int rows, int cols) {
    const double angle = -(degrees * (std::numbers::pi / 180));
    const double cosine = round_to_15_decimals(std::cos(angle));
    const double sine = round_to_15_decimals(std::sin(angle));
    const double minus_sine = round_to_15_decimals(-std::sin(angle));
    const double cx = cols / 2.0, cy = rows / 2.0;
    return {RotationAxis(cosine, sine, cx, rounded_product(cosine, -cx) + rounded_product(sine, -cy)),
            RotationAxis(minus_sine, cosine, cy, rounded_product(minus_sine, -cx) + rounded_product(cosine, -cy))};
  }
};

/// Degrees within 0..360.
inline double whole_turns_removed(double degrees) {
  degrees = std::fmod(degrees, 360.0);
  return degrees < 0 ? degrees + 360.0 : degrees;
}

}  // namespace detail

/// Rotates an RGB image (8UC3) counter-clockwise about its centre by `degrees`, keeping its size: nearest
/// neighbour, black outside, the same to the bit as Pillow's. Sides up to 32767.
inline cv::Mat rotate(const cv::Mat& rgb, double degrees) {
  CV_Assert(rgb.type() == CV_8UC3 && rgb.rows < 32768 && rgb.cols < 32768);
  degrees = detail::whole_turns_removed(degrees);
  if (degrees == 0) return rgb.clone();
  const auto [from_x, from_y] = detail::Rotation::by(degrees, rgb.rows, rgb.cols);
  cv::Mat result = cv::Mat::zeros(rgb.size(), CV_8UC3);
  const std::uint8_t* pixels = rgb.ptr<std::uint8_t>();
  for (int y = 0; y < rgb.rows; ++y) {
    std::uint8_t* out = result.ptr<std::uint8_t>(y);
    std::int32_t sx = from_x.start + from_x.across * y;
    std::int32_t sy = from_y.start + from_y.across * y;
    for (int x = 0; x < rgb.cols; ++x, out += 3, sx += from_x.along, sy += from_y.along) {
      const std::int32_t column = sx >> 16, row = sy >> 16;
      if (column < 0 || column >= rgb.cols || row < 0 || row >= rgb.rows) continue;
      std::memcpy(out, pixels + static_cast<std::size_t>(row) * rgb.step[0] + 3 * static_cast<std::size_t>(column), 3);
    }
  }
  return result;
}

}  // namespace qcs::image
