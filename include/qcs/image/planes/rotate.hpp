// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <qcs/image/planes/planes.hpp>
#include <qcs/image/reference/rotate.hpp>

namespace qcs::image {

namespace detail {

template <int Channels>
void sample_rotated(const Planes& image, const Rotation& rotation, const Positions& rows, const Positions& cols,
                    Planes& result) {
  const auto& [from_x, from_y] = rotation;
  const auto width = static_cast<std::uint32_t>(image.cols()), height = static_cast<std::uint32_t>(image.rows());
  const std::size_t plane = image.plane_size(), result_plane = result.plane_size();
  const std::uint8_t* const in = image.plane(0);
  for (int y = 0; y < rows.count; ++y) {
    std::int32_t sx = from_x.start + from_x.across * rows[y] + from_x.along * cols.first;
    std::int32_t sy = from_y.start + from_y.across * rows[y] + from_y.along * cols.first;
    std::uint8_t* out = result.row(0, y);
    for (int x = 0; x < cols.count; ++x, sx += from_x.along * cols.step, sy += from_y.along * cols.step) {
      // A negative coordinate becomes a large unsigned one.
      const auto column = static_cast<std::uint32_t>(sx >> 16), row = static_cast<std::uint32_t>(sy >> 16);
      const bool inside = column < width && row < height;
      const std::size_t at = inside ? std::size_t{row} * width + column : 0;
      for (std::size_t c = 0; c < Channels; ++c)
        out[c * result_plane + static_cast<std::size_t>(x)] = inside ? in[c * plane + at] : 0;
    }
  }
}

}  // namespace detail

/// The rows and columns `rows`, `cols` of `image::rotate(image, degrees)`, and nothing else of it, equal to the bit.
inline void rotate_at(const Planes& image, double degrees, const Positions& rows, const Positions& cols,
                      Planes& result) {
  CV_Assert(image.rows() < 32768 && image.cols() < 32768);
  const auto rotation = detail::Rotation::by(detail::whole_turns_removed(degrees), image.rows(), image.cols());
  result.resize(image.channels(), rows.count, cols.count);
  if (image.channels() == 1)
    detail::sample_rotated<1>(image, rotation, rows, cols, result);
  else
    detail::sample_rotated<3>(image, rotation, rows, cols, result);
}

}  // namespace qcs::image
