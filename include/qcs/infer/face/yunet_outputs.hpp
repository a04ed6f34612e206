// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/infer/face/face.hpp>
#include <vector>

namespace qcs::detail {

/// Strides of YuNet's three grids, in pixels.
inline constexpr std::array kYunetStrides{8, 16, 32};

/// The four outputs of a grid, of floats, a row for each place.
struct YunetGrid {
  cv::Mat classes, objects;  ///< how sure it is that a face is there, 0..1, (places)
  cv::Mat boxes;             ///< middle and logarithm of the size in strides, (places, 4)
  cv::Mat points;            ///< in strides, (places, 10)
};

/// The faces that a grid over a picture of `size` pixels sees, with a score of at least `least`. Throws ConfigError for
/// outputs of other sizes.
inline void add_yunet_faces(const YunetGrid& grid, const cv::Size& size, int stride, float least,
                            std::vector<Face>& faces) {
  const auto places = static_cast<std::size_t>((size.height / stride) * (size.width / stride));
  const auto fits = [&](const cv::Mat& output, std::size_t columns) {
    return output.depth() == CV_32F && output.isContinuous() &&
           output.total() * static_cast<std::size_t>(output.channels()) == places * columns;
  };
  if (!fits(grid.classes, 1) || !fits(grid.objects, 1) || !fits(grid.boxes, 4) || !fits(grid.points, 10))
    throw ConfigError(fmt::format("a face detector whose outputs of stride {} are not those of YuNet", stride));
  const auto* classes = grid.classes.ptr<float>();
  const auto* objects = grid.objects.ptr<float>();
  const auto* boxes = grid.boxes.ptr<float>();
  const auto* points = grid.points.ptr<float>();
  const auto step = static_cast<float>(stride);
  for (int row = 0; row < size.height / stride; ++row)
    for (int column = 0; column < size.width / stride; ++column, ++classes, ++objects, boxes += 4, points += 10) {
      const float score = std::sqrt(std::clamp(*classes, 0.F, 1.F) * std::clamp(*objects, 0.F, 1.F));
      const float width = std::exp(boxes[2]) * step, height = std::exp(boxes[3]) * step;
      if (!(score >= least) || !std::isfinite(width) || !std::isfinite(height)) continue;
      const auto at = [&](const float* offset) {
        return cv::Point2f((static_cast<float>(column) + offset[0]) * step,
                           (static_cast<float>(row) + offset[1]) * step);
      };
      const auto middle = at(boxes);
      Face face{
          .box = {middle.x - width / 2, middle.y - height / 2, width, height}, .score = score, .points = FacePoints{}};
      for (std::size_t p = 0; p < face.points->size(); ++p) (*face.points)[p] = at(points + 2 * p);
      faces.push_back(face);
    }
}

}  // namespace qcs::detail
