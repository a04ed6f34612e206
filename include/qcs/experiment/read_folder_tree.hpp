// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <qcs/experiment/faces.hpp>
#include <qcs/prepare/generic/folder_tree.hpp>
#include <string_view>
#include <utility>

namespace qcs {

/// Reads a data set from a tree with a folder for each class: ROOT/train/CLASS/*.png with valid and test beside train,
/// or ROOT/CLASS/*.png. Classes are the folders of the training split, sorted. Nothing is written. Throws DataError
/// as prepare_folder_tree does.
inline Faces read_folder_tree(const std::filesystem::path& root, BadImages bad_images = BadImages::kFail) {
  const auto name = std::filesystem::absolute(root / "").parent_path().filename().string();
  const auto dataset = find_folder_tree({.images = root, .name = name});
  const auto source = [&](const PreparedSplit& split) {
    ImageList list{.images = {}, .classes = static_cast<int>(dataset.labels.classes.size())};
    for (const auto& [image, label] : split.lines) list.images.push_back({dataset.images / image, label});
    return ImageSource(std::move(list), bad_images);
  };
  Faces faces{.name = name, .labels = dataset.labels, .train = source(dataset.splits.front()), .root = root};
  for (const auto& split : dataset.splits) {
    if (split.lines.empty()) continue;
    if (split.name == "valid") faces.validation = source(split);
    if (split.name == "test") faces.test = source(split);
  }
  return faces;
}

}  // namespace qcs
