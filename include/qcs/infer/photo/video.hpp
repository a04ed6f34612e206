// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/videoio.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/infer/photo/frame.hpp>
#include <string>
#include <utility>

namespace qcs {

/// The pictures of a video file or of a camera.
class Video {
 public:
  /// Throws DataError if there is no video that OpenCV can open.
  explicit Video(const std::filesystem::path& path) : name_(path.string()), capture_(path.string()) {
    if (!std::filesystem::is_regular_file(path)) throw DataError(fmt::format("{}: no such file", name_));
    if (!capture_.isOpened()) throw DataError(fmt::format("{}: neither a picture nor a video that can be read", name_));
    rate_ = positive(cv::CAP_PROP_FPS);
    if (const auto frames = positive(cv::CAP_PROP_FRAME_COUNT))
      frames_ = static_cast<std::int64_t>(std::llround(*frames));
  }

  /// A camera by its number, 0 for the first one. Throws DataError if there is none.
  explicit Video(int camera) : name_(fmt::format("camera {}", camera)), capture_(camera), camera_(true) {
    if (!capture_.isOpened()) throw DataError(fmt::format("{}: cannot be opened", name_));
    rate_ = positive(cv::CAP_PROP_FPS);
    // What was seen while faces were looked for is old.
    capture_.set(cv::CAP_PROP_BUFFERSIZE, 1);
  }

  /// The next picture, nothing after the last one. A file that says it has more, and a camera, which has no last one,
  /// end with a frame whose fault says so.
  std::optional<Frame> next() {
    if (ended_) return std::nullopt;
    Frame frame{.source = name_, .number = read_};
    if (rate_) frame.seconds = static_cast<double>(read_) / *rate_;
    if (capture_.read(frame.bgr) && !frame.bgr.empty()) {
      ++read_;
      frame.bgr = frame.bgr.clone();  // the capture writes over its own
      return frame;
    }
    ended_ = true;
    frame.bgr.release();
    if (read_ == 0 || camera_ || is_cut_short()) {
      frame.fault = fmt::format("{}: ends after {} pictures{}", name_, read_,
                                frames_ ? fmt::format(", where it says it has {}", *frames_) : std::string());
      return frame;
    }
    return std::nullopt;
  }

  const std::string& name() const { return name_; }
  std::optional<double> pictures_per_second() const { return rate_; }
  std::optional<std::int64_t> pictures() const { return frames_; }  ///< as its file says

 private:
  /// Files may count a few pictures more than they have.
  bool is_cut_short() const { return frames_ && static_cast<double>(read_) < .98 * static_cast<double>(*frames_) - 2; }

  std::optional<double> positive(int property) const {
    const double value = capture_.get(property);
    return std::isfinite(value) && value > 0 && value < 1e9 ? std::optional(value) : std::nullopt;
  }

  std::string name_;
  cv::VideoCapture capture_;
  std::optional<double> rate_ = {};
  std::optional<std::int64_t> frames_ = {};
  std::int64_t read_ = 0;
  bool camera_ = false, ended_ = false;
};

/// The pictures of a video as frames.
inline FrameSource frames_of(Video video) {
  return [video = std::make_shared<Video>(std::move(video))]() -> std::optional<ReadFrame> {
    auto frame = video->next();
    if (!frame) return std::nullopt;
    return [frame = std::move(*frame)] { return frame; };
  };
}

}  // namespace qcs
