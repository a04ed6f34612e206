// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <qcs/core/label_space.hpp>
#include <qcs/infer/answer.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Values of FaceTracks.
struct TrackOptions {
  double overlap = .3;  ///< intersection over union of two boxes that may be of one face, 0..1
  double seconds = .5;  ///< after which an older answer counts 1/e
  double patience = 1;  ///< seconds for which a face may be out of sight
};

/// Follows the faces of a video by the overlap of their boxes and gives each an exponentially weighted mean of its
/// answers. Frames of one source in their order; photos have no tracks.
class FaceTracks {
 public:
  /// @param labels those of the classifier
  explicit FaceTracks(Labels labels, const TrackOptions& options = {})
      : labels_(std::move(labels)), options_(options) {}

  void follow(PredictedFrame& predicted) {
    const auto& frame = predicted.frame;
    if (!frame.seconds) return;
    if (frame.source != source_ || *frame.seconds < seconds_) tracks_.clear();  // another video, or once more
    source_ = frame.source;
    seconds_ = *frame.seconds;
    std::erase_if(tracks_, [&](const Track& track) { return *frame.seconds - track.seconds > options_.patience; });
    for (const auto& [face, track] : pairs(predicted.faces)) {
      auto& found = predicted.faces[face];
      if (track) {
        average(found, tracks_[*track], *frame.seconds);
      } else {
        found.track = count_++;
        tracks_.push_back({*found.track, found.face.box, found.answer.all, *frame.seconds});
      }
    }
  }

 private:
  struct Track {
    std::int64_t number;
    cv::Rect2f box;
    std::vector<double> probabilities;
    double seconds;
  };
  struct Pair {
    std::size_t face;
    std::optional<std::size_t> track;
  };

  static double overlap(const cv::Rect2f& a, const cv::Rect2f& b) {
    const double both = (a & b).area(), all = a.area() + b.area() - both;
    return all > 0 ? both / all : 0;
  }

  /// Each face with the track that it goes on, the largest overlaps first.
  std::vector<Pair> pairs(const std::vector<PredictedFace>& faces) const {
    struct Candidate {
      double overlap;
      std::size_t face, track;
    };
    std::vector<Candidate> candidates;
    for (std::size_t f = 0; f < faces.size(); ++f)
      for (std::size_t t = 0; t < tracks_.size(); ++t)
        if (const double share = overlap(faces[f].face.box, tracks_[t].box); share >= options_.overlap)
          candidates.push_back({share, f, t});
    std::ranges::stable_sort(candidates, std::greater<>(), &Candidate::overlap);
    std::vector<Pair> pairs(faces.size());
    for (std::size_t f = 0; f < faces.size(); ++f) pairs[f].face = f;
    std::vector<bool> taken(tracks_.size());
    for (const auto& candidate : candidates) {
      if (pairs[candidate.face].track || taken[candidate.track]) continue;
      pairs[candidate.face].track = candidate.track;
      taken[candidate.track] = true;
    }
    return pairs;
  }

  void average(PredictedFace& found, Track& track, double seconds) const {
    const double kept = std::exp(-(seconds - track.seconds) / options_.seconds);
    auto& all = found.answer.all;
    for (std::size_t c = 0; c < all.size(); ++c) all[c] = kept * track.probabilities[c] + (1 - kept) * all[c];
    found.answer = answer_of(std::move(all), labels_);
    found.track = track.number;
    track = {track.number, found.face.box, found.answer.all, seconds};
  }

  Labels labels_;
  TrackOptions options_;
  std::string source_ = {};
  double seconds_ = 0;
  std::vector<Track> tracks_ = {};
  std::int64_t count_ = 0;
};

}  // namespace qcs
