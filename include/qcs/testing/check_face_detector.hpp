// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/infer/face/face.hpp>
#include <qcs/testing/findings.hpp>
#include <utility>
#include <vector>

namespace qcs::testing {

namespace detail {

inline bool same_faces(const std::vector<Face>& a, const std::vector<Face>& b) {
  return std::ranges::equal(
      a, b, [](const Face& x, const Face& y) { return x.box == y.box && x.score == y.score && x.points == y.points; });
}

inline void check_faces(Findings& findings, const std::vector<Face>& faces, const cv::Mat& picture) {
  const cv::Rect2f whole(0, 0, static_cast<float>(picture.cols), static_cast<float>(picture.rows));
  for (const auto& [box, score, points] : faces) {
    const auto text = fmt::format("({}, {}) {} x {}", box.x, box.y, box.width, box.height);
    const bool finite = std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(score);
    findings.require(finite, fmt::format("a box or its score is no number: {}", text));
    findings.require(box.width > 0 && box.height > 0, fmt::format("a box has no size: {}", text));
    findings.require(!(box & whole).empty(),
                     fmt::format("a box lies outside a picture of {} x {}: {}; boxes are in its pixels", picture.cols,
                                 picture.rows, text));
  }
}

}  // namespace detail

/// Tries a face detector on pictures without faces, of unusual sizes, and on `photos` (8UC3, BGR), if there are any:
/// boxes that lie within reach, the picture untouched, the same faces a second time. `faces`, where given, says how
/// many there are in each photo. Throws CheckError naming everything that is wrong.
template <class D>
void check_face_detector(D detector, const std::vector<cv::Mat>& photos = {},
                         const std::vector<std::size_t>& faces = {}) {
  static_assert(CheckedFaceDetector<D>::kValid);
  Findings findings("face detector", part_name<D>());
  std::vector<cv::Mat> pictures;
  for (const auto& size : {cv::Size(1, 1), cv::Size(7, 300), cv::Size(300, 7), cv::Size(97, 101), cv::Size(640, 480)}) {
    pictures.emplace_back(size, CV_8UC3, cv::Scalar(120, 130, 140));
    cv::Mat noise(size, CV_8UC3);
    cv::RNG random(1);
    random.fill(noise, cv::RNG::UNIFORM, 0, 256);
    pictures.push_back(noise);
  }
  const auto made = pictures.size();
  pictures.insert(pictures.end(), photos.begin(), photos.end());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto& picture = pictures[i];
    const auto before = picture.clone();
    findings.attempt(fmt::format("detect() on {} x {} pixels", picture.cols, picture.rows), [&] {
      const auto found = detector.detect(picture);
      findings.require(cv::norm(picture, before, cv::NORM_INF) == 0, "detect() writes to the picture");
      detail::check_faces(findings, found, picture);
      findings.require(detail::same_faces(detector.detect(picture), found),
                       "detect() finds other faces the second time");
      if (i < made || i - made >= faces.size()) return;
      findings.require(found.size() == faces[i - made], fmt::format("photo {} has {} faces, detect() finds {}",
                                                                    i - made, faces[i - made], found.size()));
    });
  }
  findings.throw_if_any();
}

}  // namespace qcs::testing
