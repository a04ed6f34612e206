// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace qcs {

/// Both eyes, the tip of the nose and both corners of the mouth, in pixels; of two the one left in the picture first.
using FacePoints = std::array<cv::Point2f, 5>;

/// A face within a picture.
struct Face {
  cv::Rect2f box = {};  ///< in pixels; may reach beyond the picture
  float score = 1;      ///< how sure the detector is; comparable within one detector alone
  std::optional<FacePoints> points = {};
};

/// The rules of a face detector. Each thread has one of its own.
template <class D>
struct FaceDetectorRules {
  static constexpr bool kDetects = requires(D & detector, const cv::Mat& bgr) {
    { detector.detect(bgr) } -> std::same_as<std::vector<Face>>;
  };
  static constexpr bool kMoves = std::move_constructible<D>;

  static constexpr bool kAll = kDetects && kMoves;
};

/// Something that finds faces, see docs/policies/face_detector.md: `detect(bgr)` gives those of a picture (8UC3, BGR),
/// in any order, and leaves the picture as it is.
template <class D>
concept FaceDetector = FaceDetectorRules<D>::kAll;

/// Instantiating this with a bad face detector fails to compile with a sentence for each broken rule.
template <class D>
struct CheckedFaceDetector {
  using Rules = FaceDetectorRules<D>;
  static_assert(
      Rules::kDetects,
      "qcs face detector: write `std::vector<qcs::Face> detect(const cv::Mat& bgr)`, the faces of a picture of "
      "8UC3 in BGR, with boxes in its pixels");
  static_assert(Rules::kMoves, "qcs face detector: let it be moved, since it is kept by value");
  static constexpr bool kValid = Rules::kAll;
};

/// Takes a picture for one face, as the pictures of data sets are.
struct WholePicture {
  std::vector<Face> detect(const cv::Mat& bgr) const {
    return {{.box = {0, 0, static_cast<float>(bgr.cols), static_cast<float>(bgr.rows)}}};
  }
};
static_assert(FaceDetector<WholePicture>);

/// A detector whose type is known at run time only. Copies share it, so each thread is given one that was made for it.
class AnyFaceDetector {
 public:
  template <class D>
  requires(!std::same_as<D, AnyFaceDetector> && FaceDetector<D>) explicit AnyFaceDetector(D detector)
      : detect_([held = std::make_shared<D>(std::move(detector))](const cv::Mat& bgr) { return held->detect(bgr); }) {}

  std::vector<Face> detect(const cv::Mat& bgr) { return detect_(bgr); }

 private:
  std::function<std::vector<Face>(const cv::Mat&)> detect_;
};

}  // namespace qcs
