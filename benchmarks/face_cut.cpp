// SPDX-License-Identifier: MIT
//
// benchmark_face_cut FOLDER YUNET [COUNT]: how are the faces of a data set cut? Puts a border around COUNT pictures of
//   those below FOLDER (default 1500), finds their faces again, and prints where YuNet (an ONNX file) sees the five
//   points and what margin OpenCV's cascade would need: kFaceTemplate and kFaceMargin of the data set.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <qcs/infer/face/haar_detector.hpp>
#include <qcs/infer/face/yunet_detector.hpp>
#include <qcs/infer/photo/photos.hpp>
#include <qcs/program/process.hpp>
#include <string>
#include <vector>

#include "compare.hpp"

namespace {

constexpr int kSide = 192, kBorder = 96;  // pixels of a face, and around it

/// The face that fills the middle, if one is found there.
std::optional<qcs::Face> middle_face(auto& detector, const cv::Mat& framed) {
  auto faces = detector.detect(framed);
  std::erase_if(faces, [](const qcs::Face& face) { return face.box.width < .4F * kSide; });
  if (faces.empty()) return std::nullopt;
  return *std::ranges::max_element(faces, {}, &qcs::Face::score);
}

double share(float pixel) { return (static_cast<double>(pixel) - kBorder) / kSide; }

void print(const char* what, std::vector<double> values) {
  double sum = 0, squares = 0;
  for (const double v : values) sum += v, squares += v * v;
  const auto count = static_cast<double>(values.size());
  const double mean = sum / count;
  fmt::print("{:<28} mean {:6.3f}  deviation {:.3f}  median {:6.3f}\n", what, mean,
             std::sqrt(squares / count - mean * mean), qcs::benchmarks::median(std::move(values)));
}

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("usage: benchmark_face_cut FOLDER YUNET [COUNT]");
  const auto pictures = qcs::pictures_below(argv[1]);
  const auto count = std::min(pictures.size(), argc > 3 ? std::stoul(argv[3]) : std::size_t{1500});
  qcs::HaarDetector cascade;
  qcs::YunetDetector yunet(argv[2], {.score = .5F});
  std::vector<double> sides, places[10];
  std::size_t by_cascade = 0, by_yunet = 0;
  for (std::size_t i = 0; i < count; ++i) {
    cv::Mat face = qcs::read_photo(pictures[i * pictures.size() / count]), framed;
    cv::resize(face, face, {kSide, kSide}, 0, 0, cv::INTER_CUBIC);
    cv::copyMakeBorder(face, framed, kBorder, kBorder, kBorder, kBorder, cv::BORDER_REPLICATE);
    if (const auto found = middle_face(yunet, framed)) {
      ++by_yunet;
      for (std::size_t p = 0; p < 5; ++p) {
        places[2 * p].push_back(share((*found->points)[p].x));
        places[2 * p + 1].push_back(share((*found->points)[p].y));
      }
    }
    if (const auto found = middle_face(cascade, framed)) {
      ++by_cascade;
      sides.push_back(static_cast<double>(kSide / found->box.width - 1) / 2);
    }
  }
  fmt::print("{} faces; YuNet found {}, the cascade {}\n", count, by_yunet, by_cascade);
  if (by_yunet == 0 || by_cascade == 0) return 1;
  const char* points[] = {"left eye", "right eye", "nose", "left corner of the mouth", "right corner of the mouth"};
  for (std::size_t p = 0; p < 5; ++p) {
    print(fmt::format("{}, x", points[p]).c_str(), places[2 * p]);
    print(fmt::format("{}, y", points[p]).c_str(), places[2 * p + 1]);
  }
  print("margin of the cascade", sides);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
