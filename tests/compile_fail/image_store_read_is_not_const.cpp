// expect: qcs image store: write `cv::Mat read.std::size_t i. const`
// SPDX-License-Identifier: MIT
#include <qcs/data/image_store.hpp>

struct Faces {
  std::size_t size() const { return 2; }
  int label(std::size_t i) const { return static_cast<int>(i); }
  std::string name(std::size_t i) const { return std::to_string(i); }
#ifdef QCS_TWIN
  cv::Mat read(std::size_t) const { return cv::Mat(8, 8, CV_8UC3); }
#else
  cv::Mat read(std::size_t) { return cv::Mat(8, 8, CV_8UC3); }
#endif
};

template struct qcs::CheckedImageStore<Faces>;
