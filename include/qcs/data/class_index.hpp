// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <qcs/core/error.hpp>

namespace qcs {

/// Images grouped by class, so that drawing one of a class takes constant time however many images there are.
class ClassIndex {
 public:
  /// `labels[i]` is the class of image i. Throws DataError on a label outside 0..classes-1.
  ClassIndex(std::span<const int> labels, int classes)
      : labels_(labels.begin(), labels.end()),
        first_(static_cast<std::size_t>(classes) + 1),
        grouped_(labels.size()),
        rank_(labels.size()) {
    for (const int label : labels_) {
      if (label < 0 || label >= classes)
        throw DataError(fmt::format("label {} is not within 0..{}", label, classes - 1));
      ++first_[static_cast<std::size_t>(label) + 1];
    }
    for (std::size_t c = 0; c < static_cast<std::size_t>(classes); ++c) {
      if (first_[c + 1] > 0) present_.push_back(static_cast<int>(c));
      first_[c + 1] += first_[c];
    }
    std::vector<std::size_t> filled(static_cast<std::size_t>(classes));
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const auto c = static_cast<std::size_t>(labels_[i]);
      rank_[i] = filled[c]++;
      grouped_[first_[c] + rank_[i]] = i;
    }
  }

  /// Number of images.
  std::size_t size() const { return labels_.size(); }
  int classes() const { return static_cast<int>(first_.size()) - 1; }
  int label(std::size_t image) const { return labels_[image]; }

  /// The images of class `c`, ascending.
  std::span<const std::size_t> images(int c) const {
    const auto begin = first_[static_cast<std::size_t>(c)];
    return std::span(grouped_).subspan(begin, first_[static_cast<std::size_t>(c) + 1] - begin);
  }

  /// Position of `image` within `images(label(image))`.
  std::size_t rank(std::size_t image) const { return rank_[image]; }

  /// The classes that have images, ascending.
  std::span<const int> present() const { return present_; }

  /// All images, those of class 0 first, then class 1 and so on; class `c` starts at `offset(c)`.
  std::span<const std::size_t> by_class() const { return grouped_; }
  std::size_t offset(int c) const { return first_[static_cast<std::size_t>(c)]; }

 private:
  std::vector<int> labels_;
  std::vector<std::size_t> first_;
  std::vector<std::size_t> grouped_;
  std::vector<std::size_t> rank_;
  std::vector<int> present_;
};

}  // namespace qcs
