// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/weights/card.hpp>

namespace qcs {

/// The part of a picture that an explanation's maps lie over: the middle of the resized picture, 8-bit with the
/// picture's channels, crop x crop.
inline cv::Mat seen_part(const cv::Mat& picture, const Preprocessing& preprocessing) {
  const auto [face_cut, resize, crop, mean, std] = preprocessing;
  cv::Mat resized;
  cv::resize(picture, resized, {resize, resize}, 0, 0, cv::INTER_AREA);
  const int from = (resize - crop) / 2;
  return resized(cv::Rect(from, from, crop, crop)).clone();
}

/// A map of an explanation, (rows, columns) float32 on the CPU, as a 32FC1 matrix of its own.
inline cv::Mat map_matrix(const torch::Tensor& map) {
  const auto values = map.contiguous();
  return cv::Mat(static_cast<int>(map.size(0)), static_cast<int>(map.size(1)), CV_32F, values.data_ptr<float>())
      .clone();
}

}  // namespace qcs
