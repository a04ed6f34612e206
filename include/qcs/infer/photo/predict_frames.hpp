// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/ordered_work.hpp>
#include <qcs/infer/classifier.hpp>
#include <qcs/infer/face/cut_face.hpp>
#include <qcs/infer/face/face.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// Values of predict_frames().
struct PredictOptions {
  std::size_t batch = 32;     ///< faces that pass through the network together, of one frame or several; at least 1
  int threads = 2;            ///< that read frames and look for faces, at least 1
  bool keep_pictures = true;  ///< Frame::bgr is still there for the caller; without, a few large photos take no memory
};

namespace detail {

/// A frame whose faces are cut out and normalised.
struct FoundFrame {
  PredictedFrame predicted;
  std::vector<torch::Tensor> inputs = {};
};

inline FoundFrame find_faces(Frame frame, AnyFaceDetector& detector, const Classifier& classifier, bool keep_pictures) {
  FoundFrame found{{std::move(frame)}};
  auto picture = found.predicted.frame.bgr;
  if (picture.empty()) return found;
  if (!keep_pictures) found.predicted.frame.bgr.release();
  auto faces = detector.detect(picture);
  std::erase_if(faces, [](const Face& face) {
    return !std::isfinite(face.box.x + face.box.y + face.box.width + face.box.height);
  });
  std::ranges::stable_sort(faces, {}, [](const Face& face) { return face.box.x; });
  for (auto& face : faces) {
    found.inputs.push_back(classifier.input(bgr(cut_face(picture, face, classifier.card().preprocessing.face_cut))));
    found.predicted.faces.push_back({std::move(face), {}});
  }
  return found;
}

}  // namespace detail

/// Finds and classifies the faces of frames and gives `each` frame, in order, with its faces. Frames are read and
/// searched in threads of their own while the network works in the caller's, on batches across faces and frames; a
/// batch never waits for more frames than it takes faces. Throws ConfigError for options below 1; rethrows what source,
/// detector, classifier or `each` throw.
inline void predict_frames(const FrameSource& source, const std::function<AnyFaceDetector()>& make_detector,
                           Classifier& classify, const PredictOptions& options,
                           const std::function<void(PredictedFrame)>& each) {
  if (options.batch < 1 || options.threads < 1)
    throw ConfigError(fmt::format("faces pass in batches of {}, found by {} threads; both are at least 1",
                                  options.batch, options.threads));
  using Work = OrderedWork<ReadFrame, detail::FoundFrame>;
  const auto make_worker = [&]() -> Work::Worker {
    return [&, detector = std::make_shared<AnyFaceDetector>(make_detector())](const ReadFrame& read) {
      return detail::find_faces(read(), *detector, classify, options.keep_pictures);
    };
  };
  constexpr std::size_t kPictures = 8;  // whole photos that are held at once, beside those under way
  const auto frames = options.keep_pictures ? std::min(options.batch, kPictures) : options.batch;
  Work work(source, make_worker, options.threads, frames + static_cast<std::size_t>(options.threads));
  std::vector<detail::FoundFrame> waiting;
  std::vector<torch::Tensor> inputs;
  const auto answer_all = [&] {
    std::vector<Answer> answers;
    for (std::size_t at = 0; at < inputs.size(); at += options.batch) {
      const auto end = std::min(inputs.size(), at + options.batch);
      for (auto& answer : classify.answers(torch::stack(std::vector(
               inputs.begin() + static_cast<std::ptrdiff_t>(at), inputs.begin() + static_cast<std::ptrdiff_t>(end)))))
        answers.push_back(std::move(answer));
    }
    inputs.clear();
    auto next = answers.begin();
    for (auto& found : std::exchange(waiting, {})) {
      for (auto& face : found.predicted.faces) face.answer = std::move(*next++);
      each(std::move(found.predicted));
    }
  };
  while (auto found = work.take()) {
    inputs.insert(inputs.end(), found->inputs.begin(), found->inputs.end());
    found->inputs.clear();
    waiting.push_back(std::move(*found));
    if (inputs.size() >= options.batch || waiting.size() >= frames) answer_all();
  }
  answer_all();
}

}  // namespace qcs
