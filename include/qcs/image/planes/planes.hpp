// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace qcs::image {

/// An 8-bit image whose channels lie apart, which is what vector instructions like: three planes, or a single one that
/// stands for three equal channels.
class Planes {
 public:
  /// Makes room; the values are whatever was there before.
  void resize(int channels, int rows, int cols) {
    channels_ = channels;
    rows_ = rows;
    cols_ = cols;
    bytes_.resize(static_cast<std::size_t>(channels) * plane_size());
  }

  int channels() const { return channels_; }
  int rows() const { return rows_; }
  int cols() const { return cols_; }
  std::size_t plane_size() const { return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_); }

  std::uint8_t* plane(int channel) { return bytes_.data() + static_cast<std::size_t>(channel) * plane_size(); }
  const std::uint8_t* plane(int channel) const {
    return bytes_.data() + static_cast<std::size_t>(channel) * plane_size();
  }
  std::uint8_t* row(int channel, int y) { return plane(channel) + static_cast<std::ptrdiff_t>(y) * cols_; }
  const std::uint8_t* row(int channel, int y) const { return plane(channel) + static_cast<std::ptrdiff_t>(y) * cols_; }

 private:
  int channels_ = 0, rows_ = 0, cols_ = 0;
  std::vector<std::uint8_t> bytes_;
};

/// Whether an image has one channel (8UC1) or three that are equal everywhere (8UC3).
inline bool is_grey(const cv::Mat& rgb) {
  if (rgb.channels() == 1) return true;
  for (int y = 0; y < rgb.rows; ++y) {
    const std::uint8_t* row = rgb.ptr<std::uint8_t>(y);
    int difference = 0;
    for (int x = 0; x < 3 * rgb.cols; x += 3) difference |= (row[x] ^ row[x + 1]) | (row[x] ^ row[x + 2]);
    if (difference != 0) return false;
  }
  return true;
}

/// Rows or columns to be computed: first, first + step, ...; a negative step mirrors.
struct Positions {
  int first, step, count;

  int operator[](int i) const { return first + step * i; }
};

/// Every `stride`-th row and column of an image.
inline void take_every(const Planes& source, int stride, Planes& result) {
  result.resize(source.channels(), (source.rows() + stride - 1) / stride, (source.cols() + stride - 1) / stride);
  for (int c = 0; c < source.channels(); ++c)
    for (int y = 0; y < result.rows(); ++y) {
      const std::uint8_t* in = source.row(c, y * stride);
      std::uint8_t* out = result.row(c, y);
      for (int x = 0; x < result.cols(); ++x) out[x] = in[x * stride];
    }
}

}  // namespace qcs::image
