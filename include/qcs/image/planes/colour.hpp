// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <qcs/image/detail/vectorise.hpp>
#include <qcs/image/planes/planes.hpp>
#include <qcs/image/reference/colour.hpp>
#include <vector>

namespace qcs::image {

// The colour operations of colour.hpp on planes, in place, equal to the bit. On grey images, saturation and hue change
// nothing: the grey of three equal values is that value, and there is no hue without chroma.

namespace detail {

/// Clipped to 0..255 and truncated. Truncated first: integers have vector instructions for the rest.
inline __attribute__((always_inline)) std::uint8_t to_byte(float value) {
  const int whole = static_cast<int>(value);
  const int below = whole < 255 ? whole : 255;
  return static_cast<std::uint8_t>(below > 0 ? below : 0);
}

inline __attribute__((always_inline)) int grey_of(int r, int g, int b) {
  return (19595 * r + 38470 * g + 7471 * b + 32768) >> 16;
}

/// hue_of() by table: a hue depends on the order of the channels, on the chroma and on the middle channel's distance
/// from the highest, and on nothing else. Integers of 32 bits, which vector instructions can gather.
class HueTable {
 public:
  static const HueTable& get() {
    static const HueTable table;
    return table;
  }

  const std::int32_t* data() const { return hues_.data(); }

  /// @param order 0 to 5: red highest (then 0 with green in the middle, 1 with blue), green highest (red, blue), blue
  /// highest (green, red); ties count as the first that fits
  static constexpr __attribute__((always_inline)) int index(int order, int chroma, int below) {
    return order * kPerOrder + chroma * (chroma + 1) / 2 + below;
  }

 private:
  static constexpr int kPerOrder = 256 * 257 / 2;

  HueTable() : hues_(6 * kPerOrder) {
    constexpr int kHighest[6]{0, 0, 1, 1, 2, 2}, kLowest[6]{2, 1, 2, 0, 0, 1};
    for (int order = 0; order < 6; ++order)
      for (int chroma = 1; chroma < 256; ++chroma)
        for (int below = 0; below <= chroma; ++below) {
          int rgb[3];
          rgb[3 - kHighest[order] - kLowest[order]] = 255 - below;
          rgb[kHighest[order]] = 255;
          rgb[kLowest[order]] = 255 - chroma;
          hues_[static_cast<std::size_t>(index(order, chroma, below))] = hue_of(rgb[0], rgb[1], rgb[2], 255, chroma);
        }
  }

  std::vector<std::int32_t> hues_;
};

/// (2 * value * weight + 65025) / 130050 by a float that is at most one off.
inline __attribute__((always_inline)) int scaled(int value, int weight) {
  const int numerator = 2 * value * weight + 65025;
  const int guess = static_cast<int>(static_cast<float>(numerator) * (1.F / 130050.F));
  const int rest = numerator - guess * 130050;
  return guess + static_cast<int>(rest >= 130050) - static_cast<int>(rest < 0);
}

/// -1, all bits, if two numbers are equal, else 0.
inline __attribute__((always_inline)) int equal_mask(int a, int b) { return -static_cast<int>(a == b); }

/// `a` where the mask is -1, `b` where it is 0; a conditional expression may become a branch, which ends vectorising.
inline __attribute__((always_inline)) int pick(int mask, int a, int b) { return b ^ ((a ^ b) & mask); }

/// Turns the hue of pixels by `shift` / 256 turns; the arithmetic of hue_of() and hsv_to_rgb(), without branches.
inline __attribute__((always_inline)) void turn_hue(std::uint8_t* __restrict reds, std::uint8_t* __restrict greens,
                                                    std::uint8_t* __restrict blues, std::size_t size, int shift,
                                                    const std::int32_t* __restrict hues) {
  for (std::size_t i = 0; i < size; ++i) {
    const int r = reds[i], g = greens[i], b = blues[i];
    const int red_green_high = r > g ? r : g, red_green_low = r < g ? r : g;
    const int highest = red_green_high > b ? red_green_high : b, lowest = red_green_low < b ? red_green_low : b;
    const int chroma = highest - lowest, middle = r + g + b - highest - lowest;
    const int red_order = g < b, green_order = 2 + (r < b), blue_order = 4 + (g < r);
    const int order = pick(equal_mask(r, highest), red_order, pick(equal_mask(g, highest), green_order, blue_order));
    const int hue = (hues[HueTable::index(order, chroma, highest - middle)] + shift) & 255;
    const int saturation =
        static_cast<int>(static_cast<float>(255 * chroma) / static_cast<float>(highest | (highest == 0)));
    const int sector = (6 * hue * 32897) >> 23, part = 6 * hue - 255 * sector;  // division by 255
    const int low = scaled(highest, 255 * (255 - saturation));
    const int between = scaled(highest, 65025 - saturation * pick(-(sector & 1), part, 255 - part));
    const int one = equal_mask(sector, 1), two = equal_mask(sector, 2), three = equal_mask(sector, 3);
    const int four = equal_mask(sector, 4), five = equal_mask(sector, 5);
    reds[i] = static_cast<std::uint8_t>(pick(one | four, between, pick(two | three, low, highest)));
    greens[i] = static_cast<std::uint8_t>(pick(one | two, highest, pick(four | five, low, between)));
    blues[i] = static_cast<std::uint8_t>(pick(three | four, highest, pick(two | five, between, low)));
  }
}

}  // namespace detail

/// Brightness, see image::brightness.
inline void adjust_brightness(Planes& image, double factor) {
  qcs::detail::vectorised(
      [](std::uint8_t * bytes, std::size_t size, float f) __attribute__((always_inline)) {
        for (std::size_t i = 0; i < size; ++i) bytes[i] = detail::to_byte(f * static_cast<float>(bytes[i]));
      },
      image.plane(0), static_cast<std::size_t>(image.channels()) * image.plane_size(), static_cast<float>(factor));
}

/// The mean grey of an image, rounded: what contrast turns around.
inline int mean_grey(const Planes& image) {
  std::int64_t sum = 0;
  const auto add_row = [](const std::uint8_t* r, const std::uint8_t* g, const std::uint8_t* b, int width,
                          std::int64_t* total) __attribute__((always_inline)) {
    std::int32_t row_sum = 0;
    for (int x = 0; x < width; ++x) row_sum += detail::grey_of(r[x], g[x], b[x]);
    *total += row_sum;
  };
  const int second = image.channels() == 1 ? 0 : 1, third = image.channels() == 1 ? 0 : 2;
  for (int y = 0; y < image.rows(); ++y)
    qcs::detail::vectorised(add_row, image.row(0, y), image.row(second, y), image.row(third, y), image.cols(), &sum);
  const auto pixels = static_cast<std::int64_t>(image.plane_size());
  return static_cast<int>((2 * sum + pixels) / (2 * pixels));
}

/// Contrast around a mean that may come from a larger image, see image::contrast.
inline void adjust_contrast(Planes& image, double factor, int mean) {
  const detail::Blend blend(static_cast<float>(factor));
  std::array<std::uint8_t, 256> table;
  for (int v = 0; v < 256; ++v) table[static_cast<std::size_t>(v)] = blend(mean, v);
  const std::size_t size = static_cast<std::size_t>(image.channels()) * image.plane_size();
  std::uint8_t* bytes = image.plane(0);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = table[bytes[i]];
}

/// Saturation, see image::saturation.
inline void adjust_saturation(Planes& image, double factor) {
  if (image.channels() == 1) return;
  qcs::detail::vectorised(
      [](std::uint8_t* __restrict r, std::uint8_t* __restrict g, std::uint8_t* __restrict b, std::size_t size, float f)
          __attribute__((always_inline)) {
            for (std::size_t i = 0; i < size; ++i) {
              const int grey = detail::grey_of(r[i], g[i], b[i]);
              const auto base = static_cast<float>(grey);
              r[i] = detail::to_byte(base + qcs::detail::unfused(f * static_cast<float>(r[i] - grey)));
              g[i] = detail::to_byte(base + qcs::detail::unfused(f * static_cast<float>(g[i] - grey)));
              b[i] = detail::to_byte(base + qcs::detail::unfused(f * static_cast<float>(b[i] - grey)));
            }
          },
      image.plane(0), image.plane(1), image.plane(2), image.plane_size(), static_cast<float>(factor));
}

/// Hue, see image::hue.
inline void adjust_hue(Planes& image, double turns) {
  if (image.channels() == 1) return;
  qcs::detail::vectorised(
      [](std::uint8_t * r, std::uint8_t * g, std::uint8_t * b, std::size_t size, int shift, const std::int32_t* hues)
          __attribute__((always_inline)) { detail::turn_hue(r, g, b, size, shift, hues); },
      image.plane(0), image.plane(1), image.plane(2), image.plane_size(), static_cast<int>(turns * 255) & 255,
      detail::HueTable::get().data());
}

}  // namespace qcs::image
