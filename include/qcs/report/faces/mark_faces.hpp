// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Draws a box around each face of a BGR picture and its name above, or below where there is no room. Letters outside
/// ASCII are not in OpenCV's fonts.
inline void mark_faces(cv::Mat& bgr, const std::vector<PredictedFace>& faces) {
  const double size = std::clamp(std::min(bgr.cols, bgr.rows) / 600., .35, 2.);  // of letters, 1 is 21 pixels high
  const int stroke = std::max(1, cvRound(size * 1.5));
  const cv::Scalar ink(255, 255, 255), frame(60, 140, 20);
  for (const auto& [face, answer, track] : faces) {
    const cv::Rect box(face.box);
    cv::rectangle(bgr, box, frame, 2 * stroke);
    const auto text = fmt::format("{} {:.0f} %", answer.name, 100 * answer.probability);
    int below = 0;
    const auto letters = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, size, stroke, &below);
    const int margin = 2 * stroke, height = letters.height + below + 2 * margin;
    const int x = std::clamp(box.x, 0, std::max(0, bgr.cols - letters.width - 2 * margin));
    const int y = box.y >= height ? box.y - height : std::min(box.br().y, bgr.rows - height);
    cv::rectangle(bgr, {x, y, letters.width + 2 * margin, height}, frame, cv::FILLED);
    cv::putText(bgr, text, {x + margin, y + margin + letters.height}, cv::FONT_HERSHEY_SIMPLEX, size, ink, stroke,
                cv::LINE_AA);
  }
}

}  // namespace qcs
