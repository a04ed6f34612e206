// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <qcs/experiment/faces.hpp>
#include <qcs/experiment/read_lists.hpp>
#include <qcs/presets/datasets.hpp>
#include <string>

namespace qcs {

/// The lists of `Dataset` where `prepare` and the public programs have them below a root; validation and test list need
/// not be there.
template <class Dataset>
FaceLists published_lists(const std::filesystem::path& root) {
  FaceLists lists{.train = root / Dataset::kTrainList,
                  .test = root / Dataset::kTestList,
                  .image_root = root / Dataset::kImageFolder,
                  .validation_required = false,
                  .test_required = false};
  if constexpr (requires { Dataset::kValidationList; }) lists.validation = root / Dataset::kValidationList;
  return lists;
}

/// Reads `Dataset` from lists like those of published_lists(). Throws as read_lists() does.
template <class Dataset>
Faces published_faces(const FaceLists& lists, const Labels& labels = Labels::of<typename Dataset::Classes>()) {
  auto faces = read_lists(lists, labels);
  faces.name = Dataset::kName;
  faces.face_cut = face_cut_of<Dataset>();
  return faces;
}

/// The same from where the public programs have it.
template <class Dataset>
Faces published_faces(const std::filesystem::path& root) {
  return published_faces<Dataset>(published_lists<Dataset>(root));
}

}  // namespace qcs
