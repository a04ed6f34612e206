// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <opencv2/videoio.hpp>
#include <qcs/core/error.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <qcs/report/faces/mark_faces.hpp>
#include <qcs/report/files/file.hpp>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace qcs {

/// Writes frames with boxes and names into a folder: a PNG for each photo and a video for each video, of the source's
/// name; of equal names the later ones are numbered.
class MarkedFrames {
 public:
  /// Throws Error if the folder cannot be made.
  explicit MarkedFrames(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) throw Error(fmt::format("cannot make {}: {}", folder_.string(), error.message()));
  }

  /// Skips what could not be read. Throws Error if the file cannot be written.
  void write(PredictedFrame predicted, double pictures_per_second = kUsualRate) {
    auto& frame = predicted.frame;
    if (frame.bgr.empty()) return;
    mark_faces(frame.bgr, predicted.faces);
    if (!frame.number) return write_png(new_file(frame.source, ".png"), frame.bgr);
    if (frame.source != video_source_ || frame.bgr.size() != video_size_) open(frame, pictures_per_second);
    video_.write(frame.bgr);
  }

 private:
  static constexpr double kUsualRate = 25;

  std::filesystem::path new_file(const std::string& source, const char* ending) {
    const auto stem = std::filesystem::path(source).stem().string();
    auto name = stem + ending;
    for (int i = 2; !written_.insert(name).second; ++i) name = fmt::format("{}-{}{}", stem, i, ending);
    return folder_ / name;
  }

  void open(const Frame& frame, double pictures_per_second) {
    const auto path = new_file(frame.source, ".mp4");
    video_.open(path.string(), cv::VideoWriter::fourcc('m', 'p', '4', 'v'), pictures_per_second, frame.bgr.size());
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
