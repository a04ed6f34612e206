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
  const cv::Scalar ink(255, 255, 255), frame(60, 140, 20);
  // Letters as wide as fits the box, within what can be read: size 1 is 21 pixels high.
  const auto size_for = [](const cv::Rect& box) { return std::clamp(box.width / 240., .35, 2.); };
  const auto stroke_for = [](double size) { return std::max(1, cvRound(size * 1.5)); };
  for (const auto& found : faces) {
    const cv::Rect box(found.face.box);
    cv::rectangle(bgr, box, frame, 2 * stroke_for(size_for(box)));
  }
  for (const auto& [face, answer, track] : faces) {
    const cv::Rect box(face.box);
    const double size = size_for(box);
    const int stroke = stroke_for(size);
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
