// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/face/face.hpp>
#include <vector>

namespace qcs {

/// A picture made smaller to look for faces in it, and the way back.
class ReducedPicture {
 public:
  /// @param longest side that larger pictures are reduced to, pixels
  ReducedPicture(const cv::Mat& bgr, int longest) : bgr_(bgr) {
    const double scale = static_cast<double>(longest) / std::max(bgr.cols, bgr.rows);
    if (scale >= 1) return;
    const auto side = [&](int size) { return std::max(1, cvRound(size * scale)); };
    cv::resize(bgr, bgr_, {side(bgr.cols), side(bgr.rows)}, 0, 0, cv::INTER_AREA);
    x_ = static_cast<float>(bgr.cols) / static_cast<float>(bgr_.cols);
    y_ = static_cast<float>(bgr.rows) / static_cast<float>(bgr_.rows);
  }

  const cv::Mat& bgr() const { return bgr_; }

  /// Faces of the reduced picture in pixels of the whole one.
  std::vector<Face> in_whole(std::vector<Face> faces) const {
    for (auto& face : faces) {
      face.box = {face.box.x * x_, face.box.y * y_, face.box.width * x_, face.box.height * y_};
      if (face.points)
        for (auto& point : *face.points) point = {point.x * x_, point.y * y_};
    }
    return faces;
  }

 private:
  cv::Mat bgr_;
  float x_ = 1, y_ = 1;
};

}  // namespace qcs
