// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <cstddef>
#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/class_index.hpp>
#include <qcs/data/list/image_list.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// The two parts of a list.
struct HeldOut {
  ImageList kept;  ///< to train on
  ImageList held;  ///< to select the best epoch on
};

namespace detail {

/// Places of a class's files in a random order.
struct HeldPlaces {
  std::size_t first, end;  ///< of the files that are held out
  std::size_t drawn;       ///< of how many places the order is drawn
};

/// Splits a list: `held_of(files)` says which places of the files of a class are held out, the order being drawn from
/// `seed`. All lines of a file go to the same part.
inline HeldOut split_classes(const ImageList& list, std::uint64_t seed, auto&& held_of) {
  const auto files = list.files();
  std::vector<std::size_t> numbers;  // of the files
  std::vector<int> labels;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i] != i) continue;
    numbers.push_back(i);
    labels.push_back(list.images[i].label);
  }
  const ClassIndex index(labels, list.classes);
  Rng rng = stream(seed, Purpose::kHoldOut);
  std::vector<char> is_held(files.size(), 0);
  for (const int c : index.present()) {
    auto images = std::vector<std::size_t>(index.images(c).begin(), index.images(c).end());
    const HeldPlaces places = held_of(images.size());
    for (std::size_t i = 0; i < places.drawn; ++i) {
      const auto other = boost::random::uniform_int_distribution<std::size_t>(i, images.size() - 1)(rng);
      std::swap(images[i], images[other]);
      if (i >= places.first && i < places.end) is_held[numbers[images[i]]] = 1;
    }
  }
  HeldOut parts{.kept = {{}, list.classes}, .held = {{}, list.classes}};
  for (std::size_t i = 0; i < list.images.size(); ++i)
    (is_held[files[i]] != 0 ? parts.held : parts.kept).images.push_back(list.images[i]);
  return parts;
}

}  // namespace detail

/// Splits off `share` (above 0, below 1) of the files of every class, rounded, in the order of the list: a pure
/// function of list, share and seed. All lines of a file go to the same part. Throws ConfigError on another share,
/// DataError if nothing would be held or kept.
inline HeldOut hold_out(const ImageList& list, double share, std::uint64_t seed = 0) {
  if (!(share > 0 && share < 1))
    throw ConfigError(fmt::format("a share of {} cannot be held out, only one within 0..1", share));
  auto parts = detail::split_classes(list, seed, [&](std::size_t files) {
    const auto held = static_cast<std::size_t>(std::llround(share * static_cast<double>(files)));
    return detail::HeldPlaces{0, held, held};
  });
  if (parts.kept.images.empty() || parts.held.images.empty())
    throw DataError(
        fmt::format("holding out {} of {} images leaves one of the two parts empty", share, list.images.size()));
  return parts;
}

/// Fold `number`, 0 to folds - 1, of a cross-validation: every file is held out in one of them, and of every class as
/// many in each, but for one. The same order is drawn for all folds of a seed. Throws ConfigError for another number,
/// DataError if a part would be empty.
inline HeldOut fold(const ImageList& list, int number, int folds = 5, std::uint64_t seed = 0) {
  if (folds < 2 || number < 0 || number >= folds)
    throw ConfigError(
        fmt::format("there is no fold {} of {}; they are counted from 0, and two at least", number, folds));
  const auto part = static_cast<std::size_t>(number), of = static_cast<std::size_t>(folds);
  auto parts = detail::split_classes(list, seed, [&](std::size_t files) {
    return detail::HeldPlaces{files * part / of, files * (part + 1) / of, files};
  });
  if (parts.kept.images.empty() || parts.held.images.empty())
    throw DataError(fmt::format("{} images do not make {} folds", list.images.size(), folds));
  return parts;
}

}  // namespace qcs
