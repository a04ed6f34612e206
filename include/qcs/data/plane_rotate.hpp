// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <qcs/data/planes.hpp>
#include <qcs/data/rotate.hpp>

namespace qcs::image {

/// The rows and columns `rows`, `cols` of `image::rotate(image, degrees)`, and nothing else of it, equal to the bit.
inline void rotate_at(const Planes& image, double degrees, const Positions& rows, const Positions& cols, Planes& result) {
  CV_Assert(image.rows() < 32768 && image.cols() < 32768);
  const auto [from_x, from_y] = detail::Rotation::by(detail::whole_turns_removed(degrees), image.rows(), image.cols());
  result.resize(image.channels(), rows.count, cols.count);
  for (int y = 0; y < rows.count; ++y) {
    std::int32_t sx = from_x.start + from_x.across * rows[y] + from_x.along * cols.first;
    std::int32_t sy = from_y.start + from_y.across * rows[y] + from_y.along * cols.first;
    for (int x = 0; x < cols.count; ++x, sx += from_x.along * cols.step, sy += from_y.along * cols.step) {
      const int column = sx >> 16, row = sy >> 16;
      const bool inside = column >= 0 && column < image.cols() && row >= 0 && row < image.rows();
      for (int c = 0; c < image.channels(); ++c) result.row(c, y)[x] = inside ? image.row(c, row)[column] : 0;
    }
  }
}

}  // namespace qcs::image
