// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/videoio.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/infer/photo/frame.hpp>
#include <string>
#include <system_error>
#include <utility>

namespace qcs {

/// The pictures of a video file, of a camera, or of whatever else gives them live.
class Video {
 public:
  /// Throws DataError if there is no video that OpenCV can open.
  explicit Video(const std::filesystem::path& path) : name_(path.string()) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) throw DataError(fmt::format("{}: no such file", name_));
    if (!capture_->open(name_))
      throw DataError(fmt::format("{}: neither a picture nor a video that can be read", name_));
    rate_ = positive(cv::CAP_PROP_FPS);
    if (const auto count = positive(cv::CAP_PROP_FRAME_COUNT))
      pictures_ = static_cast<std::int64_t>(std::llround(*count));
  }

  /// A camera of Video4Linux by its number, 0 for the first one. Throws DataError if there is none.
  explicit Video(int camera)
      : Video(fmt::format("camera {}", camera), std::make_shared<cv::VideoCapture>(camera, cv::CAP_V4L2)) {}

  /// Something that has no last picture: a stream from the network, a camera of another kind. It is asked to keep no
  /// old pictures, which not every kind does. Throws DataError, starting with `name`, if it is none or not open.
  Video(std::string name, std::shared_ptr<cv::VideoCapture> live)
      : name_(std::move(name)), capture_(std::move(live)), started_(Clock::now()) {
    if (!capture_ || !capture_->isOpened()) throw DataError(fmt::format("{}: cannot be opened", name_));
    capture_->setExceptionMode(false);
    rate_ = positive(cv::CAP_PROP_FPS);
    // What was seen while faces were looked for is old.
    capture_->set(cv::CAP_PROP_BUFFERSIZE, 1);
  }

  /// The next picture, nothing after the last one. A file that says it has more, and what has no last one, end with a
  /// frame whose fault says so.
  std::optional<Frame> next() {
    if (ended_) return std::nullopt;
    Frame frame{.source = name_, .number = read_, .pictures_per_second = rate_};
    if (capture_->read(frame.bgr) && !frame.bgr.empty()) {
      shown_ = positive(cv::CAP_PROP_POS_MSEC).value_or(0) / 1000;
      frame.seconds = seconds();
      ++read_;
      return frame;
    }
    ended_ = true;
    if (read_ > 0 && !started_ && !is_cut_short()) return std::nullopt;
    frame.bgr.release();
    frame.fault = fmt::format("{}: ends after {} pictures{}", name_, read_,
                              pictures_ ? fmt::format(", where it says it has {}", *pictures_) : std::string());
    return frame;
  }

  const std::string& name() const { return name_; }
  std::optional<std::int64_t> pictures() const { return pictures_; }  ///< as its file says

 private:
  using Clock = std::chrono::steady_clock;

  /// When the picture just read is shown: files say it, a camera's is as old as it is. Nothing where no one knows.
  std::optional<double> seconds() const {
    if (started_) return std::chrono::duration<double>(Clock::now() - *started_).count();
    if (shown_ > 0) return shown_;
    if (rate_) return static_cast<double>(read_) / *rate_;
    return read_ == 0 ? std::optional(0.) : std::nullopt;
  }

  /// Files may count a few pictures more than they have, and those that keep only their length count by their rate.
  bool is_cut_short() const {
    if (!pictures_) return false;
    constexpr double kShare = .98, kPictures = 2;
    const auto says = static_cast<double>(*pictures_);
    if (static_cast<double>(read_) >= kShare * says - kPictures) return false;
    return !(rate_ && shown_ > 0 && shown_ >= (kShare * says - kPictures) / *rate_);
  }

  std::optional<double> positive(int property) const {
    const double value = capture_->get(property);
    return std::isfinite(value) && value > 0 && value < 1e9 ? std::optional(value) : std::nullopt;
  }

  std::string name_;
  std::shared_ptr<cv::VideoCapture> capture_ = std::make_shared<cv::VideoCapture>();
  std::optional<Clock::time_point> started_ = {};  // of what is live
  std::optional<double> rate_ = {};
  std::optional<std::int64_t> pictures_ = {};
  double shown_ = 0;  // seconds, as the file says of the last picture
  std::int64_t read_ = 0;
  bool ended_ = false;
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
