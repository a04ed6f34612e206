// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/image/planes/planes.hpp>
#include <vector>

namespace qcs::image {

/// Moves a picture's content within its frame: turned counter-clockwise about the centre by `degrees`, then made `zoom`
/// times as large, then shifted by shares of the side, and mirrored last.
struct Placement {
  double degrees = 0, zoom = 1, shift_x = 0, shift_y = 0;
  bool mirrored = false;
};

namespace detail {

/// Where the pixels `rows`, `cols` of a picture, resized to size x size and then moved, come from in the picture
/// itself.
inline cv::Matx23d sources_of_pixels(const cv::Size& picture, int size, const Placement& to, const Positions& rows,
                                     const Positions& cols) {
  const double angle = to.degrees * (std::numbers::pi / 180), centre = size / 2.;
  const double cosine = std::cos(angle) / to.zoom, sine = std::sin(angle) / to.zoom;
  // From the number of an output column or row to its distance from the centre, before the content was moved.
  const double side = to.mirrored ? -1 : 1;
  const double x0 = side * (cols.first + .5 - centre) - to.shift_x * size, x1 = side * cols.step;
  const double y0 = rows.first + .5 - centre - to.shift_y * size, y1 = rows.step;
  const double scale_x = double{1} * picture.width / size, scale_y = double{1} * picture.height / size;
  return {scale_x * cosine * x1, -scale_x * sine * y1,  scale_x * (cosine * x0 - sine * y0 + centre) - .5,
          scale_y * sine * x1,   scale_y * cosine * y1, scale_y * (sine * x0 + cosine * y0 + centre) - .5};
}

}  // namespace detail

/// The rows and columns `rows`, `cols` of an RGB image (8UC3, or 8UC1) that is resized to size x size and moved; what
/// comes from outside repeats the edge. One bilinear look-up for a pixel, so a picture should not be larger than
/// `size`.
/// @param channels 1 reads the first channel only, for images whose channels are equal
inline void warp_at(const cv::Mat& rgb, int channels, int size, const Placement& to, const Positions& rows,
                    const Positions& cols, Planes& result) {
  cv::Mat picture = rgb;
  if (channels == 1 && rgb.channels() == 3) cv::extractChannel(rgb, picture, 0);
  cv::Mat moved;
  cv::warpAffine(picture, moved, detail::sources_of_pixels(picture.size(), size, to, rows, cols),
                 {cols.count, rows.count}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  result.resize(channels, rows.count, cols.count);
  std::vector<cv::Mat> planes;
  for (int c = 0; c < channels; ++c) planes.emplace_back(rows.count, cols.count, CV_8UC1, result.plane(c));
  cv::split(moved, planes);
}

}  // namespace qcs::image
