// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace qcs::report {

/// A map of any values (32F, any size) over a BGR picture: blue is its smallest value, red its largest. Of a map of one
/// value all is blue.
inline cv::Mat draw_heat_map(const cv::Mat& bgr, const cv::Mat& map) {
  double least = 0, most = 0;
  cv::minMaxLoc(map, &least, &most);
  cv::Mat bytes, large, colours, mixed;
  map.convertTo(bytes, CV_8U, most > least ? 255 / (most - least) : 0,
                most > least ? -255 * least / (most - least) : 0);
  cv::resize(bytes, large, bgr.size(), 0, 0, cv::INTER_CUBIC);
  cv::applyColorMap(large, colours, cv::COLORMAP_JET);
  cv::addWeighted(bgr, .5, colours, .5, 0, mixed);
  return mixed;
}

}  // namespace qcs::report
