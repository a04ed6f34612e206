// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <qcs/core/label_space.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/weights/face_cut.hpp>
#include <string>
#include <vector>

namespace qcs {

/// A data set of faces: the images of its splits, and what their labels mean.
struct Faces {
  std::string name;  ///< of the data set, in reports
  Labels labels;
  ImageSource train;
  std::optional<ImageSource> validation = {}, test = {};
  std::filesystem::path root = {};      ///< names in tables are relative to it; empty: they are as they are
  FaceCut face_cut = {};                ///< how the faces were cut out of photos
  std::vector<std::string> notes = {};  ///< what people should know of it
};

/// Names of a split's images in tables, relative to `root` or, where that is empty, as they are.
inline std::vector<std::string> image_names(const ImageSource& split, const std::filesystem::path& root) {
  std::vector<std::string> names;
  for (const auto& image : split.list().images)
    names.push_back((root.empty() ? image.path : image.path.lexically_relative(root)).string());
  return names;
}

}  // namespace qcs
