// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <qcs/infer/answer.hpp>
#include <qcs/infer/face/face.hpp>
#include <qcs/infer/photo/frame.hpp>
#include <vector>

namespace qcs {

/// A face in a photo and what the classifier says of it.
struct PredictedFace {
  Face face;
  Answer answer;
  std::optional<std::int64_t> track = {};  ///< number of the face that a video shows, see FaceTracks
};

/// A frame with its faces, from left to right; without any where none was found or it could not be read.
struct PredictedFrame {
  Frame frame;
  std::vector<PredictedFace> faces = {};
};

}  // namespace qcs
