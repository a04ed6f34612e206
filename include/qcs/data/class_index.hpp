// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <qcs/core/error.hpp>

namespace qcs {

/// Images grouped by class, so that drawing one of a class takes constant time however many images there are.
class ClassIndex {
 public:
  /// `labels[i]` is the class of image i. Where images repeat others, `files[i]` is the number of the first image with
  /// the file of image i (see ImageList::files); without `files` every image has its own. Throws DataError on a label
  /// outside 0..classes-1.
  ClassIndex(std::span<const int> labels, int classes, std::span<const std::size_t> files = {})
      : labels_(labels.begin(), labels.end()),
        first_(static_cast<std::size_t>(classes) + 1),
        grouped_(labels.size()),
        rank_(labels.size()),
        files_(static_cast<std::size_t>(classes)) {
    for (const int label : labels_) {
      if (label < 0 || label >= classes)
        throw DataError(fmt::format("label {} is not within 0..{}", label, classes - 1));
      ++first_[static_cast<std::size_t>(label) + 1];
    }
    for (std::size_t c = 0; c < static_cast<std::size_t>(classes); ++c) {
      if (first_[c + 1] > 0) present_.push_back(static_cast<int>(c));
      first_[c + 1] += first_[c];
    }
    group(files);
  }

  /// Number of images.
  std::size_t size() const { return labels_.size(); }
  int classes() const { return static_cast<int>(first_.size()) - 1; }
  int label(std::size_t image) const { return labels_[image]; }

  /// The images of class `c`, those of one file together, in the order of first appearance: ascending where none
  /// repeats.
  std::span<const std::size_t> images(int c) const {
    const auto begin = first_[static_cast<std::size_t>(c)];
    return std::span(grouped_).subspan(begin, first_[static_cast<std::size_t>(c) + 1] - begin);
  }

  /// Position of `image` within `images(label(image))`.
  std::size_t rank(std::size_t image) const { return rank_[image]; }

  /// Position of the first image with the file of `image` within `images(label(image))`, and how many there are.
  std::pair<std::size_t, std::size_t> same_file(std::size_t image) const {
    return runs_.empty() ? std::pair{rank_[image], std::size_t{1}} : runs_[image];
  }

  /// Number of different files of class `c`.
  std::size_t files(int c) const { return files_[static_cast<std::size_t>(c)]; }

  /// The classes that have images, ascending.
  std::span<const int> present() const { return present_; }

  /// All images, those of class 0 first, then class 1 and so on; class `c` starts at `offset(c)`.
  std::span<const std::size_t> by_class() const { return grouped_; }
  std::size_t offset(int c) const { return first_[static_cast<std::size_t>(c)]; }

 private:
  void group(std::span<const std::size_t> files) {
    std::vector<std::size_t> order(labels_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto file = [&](std::size_t i) { return files.empty() ? i : files[i]; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return file(a) < file(b); });
    std::vector<std::size_t> filled(files_.size());
    for (const std::size_t image : order) {
      const auto c = static_cast<std::size_t>(labels_[image]);
      rank_[image] = filled[c]++;
      grouped_[first_[c] + rank_[image]] = image;
    }
    if (!files.empty()) runs_.resize(labels_.size());
    for (std::size_t c = 0; c < files_.size(); ++c)
      for (std::size_t start = first_[c], end = start; start < first_[c + 1]; start = end, ++files_[c]) {
        while (end < first_[c + 1] && file(grouped_[end]) == file(grouped_[start])) ++end;
        for (std::size_t i = start; i < end && !files.empty(); ++i)
          runs_[grouped_[i]] = {start - first_[c], end - start};
      }
  }

  std::vector<int> labels_;
  std::vector<std::size_t> first_;
  std::vector<std::size_t> grouped_;
  std::vector<std::size_t> rank_;
  std::vector<std::pair<std::size_t, std::size_t>> runs_;  ///< same_file of every image; empty where none repeats
  std::vector<std::size_t> files_;                         ///< by class
  std::vector<int> present_;
};

}  // namespace qcs
