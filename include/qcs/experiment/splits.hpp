// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/experiment/faces.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace qcs {

/// What is evaluated when: after every epoch, and once at the end.
struct EvaluatedSplits {
  ImageSource eval;
  std::string eval_name;                 ///< "validation" or "test"
  std::optional<ImageSource> test = {};  ///< where `eval` is a validation split and there is a test split
  Selection selection = Selection::kLast;
  std::vector<std::string> notes = {};  ///< images of these splits that are trained on
};

namespace detail {

/// Images of an evaluated split that are trained on, as a note; nothing if there is none.
inline std::optional<std::string> overlap_note(const ImageList& train, const ImageList& other, std::string_view name) {
  std::unordered_set<std::string_view> paths;
  for (const auto& image : train.images) paths.insert(image.path.native());
  const auto shared = std::ranges::count_if(
      other.images, [&](const LabelledImage& image) { return paths.contains(image.path.native()); });
  if (shared == 0) return std::nullopt;
  return fmt::format("{} of the {} {} images are trained on too, so the result is not that of unseen images", shared,
                     other.images.size(), name);
}

}  // namespace detail

/// The result is taken from the best epoch on the validation split where there is one, and then the test split is
/// evaluated once; else from the last epoch, or, when asked for, from the best one on the test split. Throws
/// ConfigError if a split is asked for that there is not.
inline EvaluatedSplits evaluated_splits(const Faces& faces, std::optional<Selection> asked = {}) {
  const auto selection = asked.value_or(faces.validation ? Selection::kValidation : Selection::kLast);
  const bool validates = selection == Selection::kValidation;
  if (validates && !faces.validation)
    throw ConfigError(
        "there is no validation split to select the best epoch on; name one with --val-list, or hold out a "
        "share of the training list with --hold-out");
  if (!validates && !faces.test)
    throw ConfigError(fmt::format("{} has no test split to evaluate after every epoch", faces.name));
  EvaluatedSplits splits{.eval = validates ? *faces.validation : *faces.test,
                         .eval_name = validates ? "validation" : "test",
                         .selection = selection};
  if (validates) splits.test = faces.test;
  const auto add = [&](const ImageSource& other, std::string_view name) {
    if (auto note = detail::overlap_note(faces.train.list(), other.list(), name)) splits.notes.push_back(*note);
  };
  add(splits.eval, splits.eval_name);
  if (splits.test) add(*splits.test, "test");
  return splits;
}

}  // namespace qcs
