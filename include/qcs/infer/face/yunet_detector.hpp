// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <qcs/core/error.hpp>
#include <qcs/infer/face/face.hpp>
#include <qcs/infer/face/reduced_picture.hpp>
#include <qcs/infer/face/without_overlaps.hpp>
#include <qcs/infer/face/yunet_outputs.hpp>
#include <vector>

namespace qcs {

/// Values of a YunetDetector.
struct YunetOptions {
  float score = .6F;    ///< smallest one of a face, 0..1
  float overlap = .3F;  ///< of boxes, above which the less sure one is dropped, 0..1
  int longest = 1280;   ///< side that larger pictures are reduced to, pixels
};

/// Finds faces with their five points by YuNet (Wu et al., Machine Intelligence Research 2023), an ONNX file of
/// OpenCV's zoo of models; both its generations, of 2022 and of 2023. Which one a file is of is told by its outputs.
class YunetDetector {
 public:
  /// Throws ConfigError for a file that is not there or no YuNet.
  explicit YunetDetector(const std::filesystem::path& model, const YunetOptions& options = {}) : options_(options) {
    if (!std::filesystem::is_regular_file(model))
      throw ConfigError(fmt::format("no face detector at {}", model.string()));
    try {
      net_ = cv::dnn::readNetFromONNX(model.string());
      const auto names = net_.getUnconnectedOutLayersNames();
      const auto has = [&](const char* name) { return std::ranges::find(names, name) != names.end(); };
      newer_ = has("cls_8") && has("obj_8") && has("bbox_8") && has("kps_8");
      if (!newer_ && !(has("loc") && has("conf") && has("iou"))) throw ConfigError("");
      if (!newer_) older_ = cv::FaceDetectorYN::create(model.string(), "", {320, 320}, options.score, options.overlap);
    } catch (const std::exception&) {
      throw ConfigError(fmt::format("{}: cannot be read as a YuNet of 2022 or 2023", model.string()));
    }
  }

  std::vector<Face> detect(const cv::Mat& bgr) {
    const ReducedPicture reduced(bgr, options_.longest);
    return reduced.in_whole(newer_ ? detect_newer(reduced.bgr()) : detect_older(reduced.bgr()));
  }

 private:
  /// With zeros to the right and below, up to a multiple of the coarsest grid's stride.
  static cv::Mat padded(const cv::Mat& bgr, int stride) {
    const auto rest = [&](int size) { return (stride - size % stride) % stride; };
    cv::Mat image;
    cv::copyMakeBorder(bgr, image, 0, rest(bgr.rows), 0, rest(bgr.cols), cv::BORDER_CONSTANT | cv::BORDER_ISOLATED);
    return image;
  }

  std::vector<Face> detect_older(const cv::Mat& bgr) {
    constexpr int kCoarsest = 64;  // stride
    const auto image = padded(bgr, kCoarsest);
    older_->setInputSize(image.size());
    cv::Mat found;
    older_->detect(image, found);
    std::vector<Face> faces;
    for (int row = 0; row < found.rows; ++row) {
      const auto* v = found.ptr<float>(row);
      faces.push_back({.box = {v[0], v[1], v[2], v[3]}, .score = v[14], .points = FacePoints{}});
      for (std::size_t p = 0; p < faces.back().points->size(); ++p)
        (*faces.back().points)[p] = {v[4 + 2 * p], v[5 + 2 * p]};
    }
    return faces;
  }

  /// OpenCV before 4.8 cannot decode these outputs: for each stride a grid of scores, boxes and points.
  std::vector<Face> detect_newer(const cv::Mat& bgr) {
    const auto image = padded(bgr, detail::kYunetStrides.back());
    net_.setInput(cv::dnn::blobFromImage(image));
    std::vector<cv::String> names;
    for (const int stride : detail::kYunetStrides)
      for (const auto* kind : {"cls", "obj", "bbox", "kps"}) names.push_back(fmt::format("{}_{}", kind, stride));
    std::vector<cv::Mat> outputs;
    net_.forward(outputs, names);
    std::vector<Face> candidates;
    for (std::size_t s = 0; s < detail::kYunetStrides.size(); ++s) {
      const auto* o = &outputs[4 * s];
      detail::add_yunet_faces({o[0], o[1], o[2], o[3]}, image.size(), detail::kYunetStrides[s], options_.score,
                              candidates);
    }
    return without_overlaps(candidates, options_.overlap);
  }

  YunetOptions options_;
  cv::dnn::Net net_ = {};
  cv::Ptr<cv::FaceDetectorYN> older_ = {};
  bool newer_ = false;
};
static_assert(FaceDetector<YunetDetector>);

}  // namespace qcs
