// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <qcs/core/label_space.hpp>
#include <qcs/infer/photo/predicted_frame.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Counts the faces of frames by what the classifier says of them.
class FaceTotals {
 public:
  explicit FaceTotals(Labels labels) : labels_(std::move(labels)), faces_(labels_.classes.size()) {}

  void add(const PredictedFrame& predicted) {
    ++frames_;
    if (!predicted.frame.fault.empty())
      ++not_read_;
    else if (predicted.faces.empty())
      ++without_face_;
    for (const auto& face : predicted.faces) ++faces_[static_cast<std::size_t>(face.answer.label)];
  }

  std::int64_t not_read() const { return not_read_; }

  /// A line with the number of frames and faces, and one for each class. No newline at the end.
  std::string text() const {
    std::int64_t all = 0;
    std::size_t width = 0;
    for (std::size_t c = 0; c < faces_.size(); ++c) {
      all += faces_[c];
      width = std::max(width, labels_.classes[c].size());
    }
    auto text =
        fmt::format("{} pictures, {} faces; without a face: {}, not read: {}", frames_, all, without_face_, not_read_);
    for (std::size_t c = 0; c < faces_.size(); ++c)
      text += fmt::format("\n{:<{}}  {:7}  {:5.1f} %", labels_.classes[c], width, faces_[c],
                          all > 0 ? 100 * static_cast<double>(faces_[c]) / static_cast<double>(all) : 0.);
    return text;
  }

 private:
  Labels labels_;
  std::vector<std::int64_t> faces_;
  std::int64_t frames_ = 0, without_face_ = 0, not_read_ = 0;
};

}  // namespace qcs
