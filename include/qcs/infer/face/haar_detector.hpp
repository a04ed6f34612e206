// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <qcs/core/error.hpp>
#include <qcs/infer/face/face.hpp>
#include <qcs/infer/face/reduced_picture.hpp>
#include <qcs/infer/face/without_overlaps.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Values of a HaarDetector.
struct HaarOptions {
  std::filesystem::path cascade = {};  ///< empty: OpenCV's frontal one where packages put it
  int longest = 1280;                  ///< side that larger pictures are reduced to, pixels
  int smallest = 32;                   ///< side of the smallest faces then, pixels
  double step = 1.2;                   ///< from one size of faces to the next, above 1
  int neighbours = 3;                  ///< a face is what more windows than these agree on
  float score = 0;                     ///< smallest one of a face, any number
  float overlap = .3F;                 ///< of boxes, above which the less sure one is dropped, 0..1
};

/// Finds frontal faces by a cascade of Haar features (Viola and Jones, CVPR 2001), as OpenCV runs it. The cascade needs
/// no download: Debian's opencv-data has it. Scores are sums of the last stage, without an upper end; clear
/// faces have 5 and more, what is none often less.
class HaarDetector {
 public:
  /// Throws ConfigError naming where a cascade was looked for, or a file that is none.
  explicit HaarDetector(HaarOptions options = {}) : options_(std::move(options)) {
    if (options_.cascade.empty()) options_.cascade = installed_cascade();
    bool loaded = false;
    try {
      loaded = classifier_.load(options_.cascade.string());
    } catch (const cv::Exception&) {  // of what is no XML
    }
    if (!loaded) throw ConfigError(fmt::format("{}: cannot be read as a cascade of OpenCV", options_.cascade.string()));
  }

  std::vector<Face> detect(const cv::Mat& bgr) {
    const ReducedPicture reduced(bgr, options_.longest);
    cv::Mat grey;
    cv::cvtColor(reduced.bgr(), grey, cv::COLOR_BGR2GRAY);
    std::vector<cv::Rect> boxes;
    std::vector<int> stages;
    std::vector<double> sums;
    classifier_.detectMultiScale(grey, boxes, stages, sums, options_.step, options_.neighbours, /*flags=*/0,
                                 {options_.smallest, options_.smallest}, /*maxSize=*/{}, /*outputRejectLevels=*/true);
    std::vector<Face> faces;
    for (std::size_t i = 0; i < boxes.size(); ++i)
      if (const auto score = static_cast<float>(sums[i]); score >= options_.score)
        faces.push_back({.box = boxes[i], .score = score});
    return reduced.in_whole(without_overlaps(faces, options_.overlap));
  }

 private:
  static std::filesystem::path installed_cascade() {
    constexpr std::array kFolders{"/usr/share/opencv4/haarcascades", "/usr/local/share/opencv4/haarcascades",
                                  "/usr/share/opencv/haarcascades", "/opt/homebrew/share/opencv4/haarcascades"};
    std::string looked;
    for (const auto* folder : kFolders) {
      const auto path = std::filesystem::path(folder) / "haarcascade_frontalface_default.xml";
      if (std::filesystem::exists(path)) return path;
      looked += fmt::format("{}{}", looked.empty() ? "" : ", ", folder);
    }
    throw ConfigError(
        fmt::format("haarcascade_frontalface_default.xml is not in {}; Debian's package opencv-data has "
                    "it, or give its path",
                    looked));
  }

  HaarOptions options_;
  cv::CascadeClassifier classifier_;
};
static_assert(FaceDetector<HaarDetector>);

}  // namespace qcs
