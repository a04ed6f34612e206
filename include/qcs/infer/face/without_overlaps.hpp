// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <opencv2/dnn.hpp>
#include <qcs/infer/face/face.hpp>
#include <vector>

namespace qcs {

/// Of faces whose boxes overlap by more than `overlap`, intersection over union, 0..1, the one with the highest score;
/// the surest come first.
inline std::vector<Face> without_overlaps(const std::vector<Face>& candidates, float overlap) {
  std::vector<cv::Rect2d> boxes;
  std::vector<float> scores;
  for (const auto& face : candidates) {
    boxes.emplace_back(face.box);
    scores.push_back(face.score);
  }
  // OpenCV takes scores above a threshold of 0 or more alone.
  const float least = scores.empty() ? 0 : *std::ranges::min_element(scores);
  for (auto& score : scores) score += 1 - least;
  std::vector<int> kept;
  cv::dnn::NMSBoxes(boxes, scores, /*score_threshold=*/0, overlap, kept);
  std::vector<Face> faces;
  for (const int i : kept) faces.push_back(candidates[static_cast<std::size_t>(i)]);
  return faces;
}

}  // namespace qcs
