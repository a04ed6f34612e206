// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <qcs/image/detail/vectorise.hpp>
#include <qcs/image/planes/planes.hpp>
#include <qcs/image/reference/resize.hpp>
#include <vector>

namespace qcs::image {

namespace detail {

/// The axis without the taps that weigh 0 at every position: enlarging needs two of the three.
inline ResizeAxis trimmed(const ResizeAxis& axis, int in) {
  ResizeAxis lean;
  const auto positions = static_cast<int>(axis.first.size());
  std::vector<int> skipped(axis.first.size());
  for (int i = 0; i < positions; ++i) {
    const std::int32_t* weights = axis.weights_of(i);
    int first = 0, last = axis.taps;
    while (weights[first] == 0) ++first;
    while (weights[last - 1] == 0) --last;
    skipped[static_cast<std::size_t>(i)] = first;
    lean.taps = std::max(lean.taps, last - first);
  }
  for (int i = 0; i < positions; ++i) {
    const int start = axis.first[static_cast<std::size_t>(i)];
    const int first = std::min(start + skipped[static_cast<std::size_t>(i)], in - lean.taps);
    lean.first.push_back(first);
    for (int k = 0; k < lean.taps; ++k) {
      const int tap = first + k - start;
      lean.weights.push_back(tap >= 0 && tap < axis.taps ? axis.weights_of(i)[tap] : 0);
    }
  }
  return lean;
}

/// A thread's last few axes: the images of a data set have few sizes.
inline const ResizeAxis& cached_axis(int in, int out) {
  struct Entry {
    int in = 0, out = 0;
    ResizeAxis axis;
  };
  thread_local std::array<Entry, 4> entries;
  thread_local std::size_t next = 0;
  for (const auto& entry : entries)
    if (entry.in == in && entry.out == out) return entry.axis;
  auto& entry = entries[next++ % entries.size()];
  entry = {in, out, trimmed(resize_axis(in, out), in)};
  return entry.axis;
}

/// The first `Channels` channels of a row of pixels of `Step` bytes: for each position the weighted sum of its taps.
/// `Taps` 0 means axis.taps.
template <int Channels, int Step, int Taps>
void resize_row(const std::uint8_t* row, const ResizeAxis& axis, const Positions& cols, std::uint8_t* const* out) {
  const int taps = Taps > 0 ? Taps : axis.taps;
  for (int x = 0; x < cols.count; ++x) {
    const int position = cols[x];
    const std::uint8_t* pixel = row + Step * axis.first[static_cast<std::size_t>(position)];
    const std::int32_t* weights = axis.weights_of(position);
    std::array<std::int32_t, std::size_t{Channels}> sums{};
    for (int k = 0; k < taps; ++k)
      for (int c = 0; c < Channels; ++c) sums[static_cast<std::size_t>(c)] += weights[k] * pixel[Step * k + c];
    for (int c = 0; c < Channels; ++c) out[c][x] = resize_round(sums[static_cast<std::size_t>(c)]);
  }
}

template <int Channels, int Step>
void resize_columns(const cv::Mat& rgb, const ResizeAxis& axis, const Positions& cols, Planes& result) {
  for (int y = 0; y < rgb.rows; ++y) {
    std::array<std::uint8_t*, std::size_t{Channels}> out;
    for (int c = 0; c < Channels; ++c) out[static_cast<std::size_t>(c)] = result.row(c, y);
    if (axis.taps == 2)
      resize_row<Channels, Step, 2>(rgb.ptr<std::uint8_t>(y), axis, cols, out.data());
    else
      resize_row<Channels, Step, 0>(rgb.ptr<std::uint8_t>(y), axis, cols, out.data());
  }
}

inline constexpr std::int32_t kResizeHalf = 1 << (kResizeBits - 1);

inline __attribute__((always_inline)) void weigh_two_rows(const std::uint8_t* first, const std::uint8_t* second,
                                                          std::int32_t w0, std::int32_t w1, int width,
                                                          std::uint8_t* __restrict out) {
  for (int x = 0; x < width; ++x) {
    const std::int32_t value = (w0 * first[x] + w1 * second[x] + kResizeHalf) >> kResizeBits;
    out[x] = static_cast<std::uint8_t>(value < 255 ? value : 255);
  }
}

inline __attribute__((always_inline)) void weigh_any_rows(const std::uint8_t* rows, std::ptrdiff_t pitch,
                                                          const std::int32_t* weights, int taps, int width,
                                                          std::uint8_t* __restrict out) {
  constexpr int kBlock = 256;
  std::array<std::int32_t, kBlock> sums;
  for (int begin = 0; begin < width; begin += kBlock) {
    const int size = width - begin < kBlock ? width - begin : kBlock;
    for (int x = 0; x < size; ++x) sums[static_cast<std::size_t>(x)] = kResizeHalf;
    for (int k = 0; k < taps; ++k) {
      const std::uint8_t* row = rows + k * pitch + begin;
      const std::int32_t weight = weights[k];
      for (int x = 0; x < size; ++x) sums[static_cast<std::size_t>(x)] += weight * row[x];
    }
    for (int x = 0; x < size; ++x) {
      const std::int32_t value = sums[static_cast<std::size_t>(x)] >> kResizeBits;
      out[begin + x] = static_cast<std::uint8_t>(value < 255 ? value : 255);
    }
  }
}

/// A weighted sum of `taps` rows of `width` bytes, `pitch` bytes apart.
inline void weigh_rows(const std::uint8_t* rows, std::ptrdiff_t pitch, const std::int32_t* weights, int taps, int width,
                       std::uint8_t* out) {
  if (taps == 2)
    qcs::detail::vectorised(
        [](auto... values) __attribute__((always_inline)) { weigh_two_rows(values...); }, rows, rows + pitch,
        weights[0], weights[1], width, out);
  else
    qcs::detail::vectorised(
        [](auto... values) __attribute__((always_inline)) { weigh_any_rows(values...); }, rows, pitch, weights, taps,
        width, out);
}

}  // namespace detail

/// The rows and columns `rows`, `cols` of `image::resize(rgb, size, size)`, and nothing else of it, equal to the bit.
/// @param channels 1 reads the first channel only, for images whose channels are equal
/// @param between what the horizontal pass leaves; kept by the caller so that its memory is used again
inline void resize_at(const cv::Mat& rgb, int channels, int size, const Positions& rows, const Positions& cols,
                      Planes& between, Planes& result) {
  CV_Assert((rgb.type() == CV_8UC3 || (rgb.type() == CV_8UC1 && channels == 1)) && !rgb.empty());
  between.resize(channels, rgb.rows, cols.count);
  const auto& across = detail::cached_axis(rgb.cols, size);
  if (rgb.channels() == 1)
    detail::resize_columns<1, 1>(rgb, across, cols, between);
  else if (channels == 1)
    detail::resize_columns<1, 3>(rgb, across, cols, between);
  else
    detail::resize_columns<3, 3>(rgb, across, cols, between);
  const auto& down = detail::cached_axis(rgb.rows, size);
  result.resize(channels, rows.count, cols.count);
  for (int c = 0; c < channels; ++c)
    for (int y = 0; y < rows.count; ++y)
      detail::weigh_rows(between.row(c, down.first[static_cast<std::size_t>(rows[y])]), cols.count,
                         down.weights_of(rows[y]), down.taps, cols.count, result.row(c, y));
}

}  // namespace qcs::image
