// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <opencv2/videoio.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <qcs/report/faces/mark_faces.hpp>
#include <qcs/report/files/file.hpp>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace qcs {

/// Writes frames with boxes and names into a folder: NAME_faces.png for each photo and NAME_faces.mp4 for each video of
/// the name NAME; of equal names the later ones are numbered.
class MarkedFrames {
 public:
  /// Throws Error if the folder cannot be made.
  explicit MarkedFrames(std::filesystem::path folder) : folder_(std::move(folder)) { make_folder(folder_); }

  /// Skips what could not be read. Throws Error if a picture cannot be written or a video not begun; OpenCV does not
  /// say how it goes on.
  void write(PredictedFrame predicted) {
    auto& frame = predicted.frame;
    if (frame.bgr.empty()) return;
    mark_faces(frame.bgr, predicted.faces);
    if (!frame.number) return write_png(new_file(frame.source, ".png"), frame.bgr);
    if (*frame.number == 0 || frame.source != video_source_ || frame.bgr.size() != video_size_) open(frame);
    video_.write(frame.bgr);
  }

 private:
  /// No file of a source.
  std::filesystem::path new_file(const std::string& source, const char* ending) {
    const auto stem = std::filesystem::path(source).stem().string() + "_faces";
    const auto is_free = [&](const std::string& name) {
      std::error_code unknown;
      return !std::filesystem::equivalent(folder_ / name, source, unknown) && written_.insert(name).second;
    };
    auto name = stem + ending;
    for (int i = 2; !is_free(name); ++i) name = fmt::format("{}-{}{}", stem, i, ending);
    return folder_ / name;
  }

  void open(const Frame& frame) {
    constexpr double kUsualRate = 25, kFinest = 65, kHighest = 1000;  // MPEG-4 holds no finer rates
    const double says = std::min(frame.pictures_per_second.value_or(kUsualRate), kHighest);
    const double rate = says > kFinest ? std::round(says) : says;
    const auto path = new_file(frame.source, ".mp4");
    video_.open(path.string(), cv::VideoWriter::fourcc('m', 'p', '4', 'v'), rate, frame.bgr.size());
    if (!video_.isOpened()) throw Error(fmt::format("cannot write the video {}", path.string()));
    video_source_ = frame.source;
    video_size_ = frame.bgr.size();
  }

  std::filesystem::path folder_;
  std::set<std::string> written_ = {};
  cv::VideoWriter video_ = {};
  std::string video_source_ = {};
  cv::Size video_size_ = {};
};

}  // namespace qcs
