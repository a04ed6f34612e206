// expect: qcs face detector: write `std::vector<qcs::Face> detect.const cv::Mat& bgr.`
// SPDX-License-Identifier: MIT
#include <qcs/infer/face/face.hpp>

struct Mine {
#ifdef QCS_TWIN
  std::vector<qcs::Face> detect(const cv::Mat&) { return {}; }
#else
  std::vector<cv::Rect> detect(const cv::Mat&) { return {}; }
#endif
};

template struct qcs::CheckedFaceDetector<Mine>;
