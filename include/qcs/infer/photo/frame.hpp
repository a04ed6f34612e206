// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

namespace qcs {

/// A photo, or a picture of a video.
struct Frame {
  std::string source;                              ///< the file, or what else it comes from
  std::optional<std::int64_t> number = {};         ///< of a video's picture, from 0
  std::optional<double> seconds = {};              ///< of a video's picture, since its start
  std::optional<double> pictures_per_second = {};  ///< of a video
  cv::Mat bgr = {};                                ///< 8UC3; empty where it could not be read
  std::string fault = {};                          ///< why it could not
};

/// Something that reads one frame, in any thread, and does not throw for what cannot be read.
using ReadFrame = std::function<Frame()>;

/// Gives one frame after the other, nothing after the last one: photos_of(), frames_of(Video), or a function of one's
/// own.
using FrameSource = std::function<std::optional<ReadFrame>()>;

}  // namespace qcs
