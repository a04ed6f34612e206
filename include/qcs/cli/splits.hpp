// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <qcs/cli/run_options.hpp>
#include <qcs/data/hold_out.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/packed_images.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::cli {

/// The images of a run: what is trained on, what is evaluated after every epoch, and what is evaluated once at the end.
struct Splits {
  ImageSource train;
  ImageSource eval;
  std::string eval_name;                 ///< "validation" or "test"
  std::optional<ImageSource> test = {};  ///< where `eval` is a validation split and there is a test split
  Selection selection = Selection::kLast;
  std::vector<std::string> notes = {};  ///< what people should know of it
};

/// The pack that `run` names, or null.
inline std::shared_ptr<const PackedImages> open_pack(const RunOptions& run) {
  return run.packed.empty() ? nullptr : std::make_shared<const PackedImages>(run.packed);
}

/// The images of a list file, from their own files or from a pack. Throws DataError.
inline ImageSource read_images(const RunOptions& run, const std::filesystem::path& list,
                               const std::shared_ptr<const PackedImages>& pack) {
  const int classes = static_cast<int>(run.classes);
  auto images = pack ? read_packed_list(list, *pack, classes) : read_image_list(list, run.image_root, classes);
  return {std::move(images), run.bad_images, pack};
}

/// Reads the lists that `run` names. The result is taken from the best epoch on the validation split where there is one
/// (a list, or a share of the training list), and then the test split is evaluated once; else from the last epoch, or,
/// when asked for, from the best one on the test split. Throws DataError, or ConfigError if a validation split is asked
/// for and there is none.
inline Splits read_splits(const RunOptions& run) {
  const auto pack = open_pack(run);
  const bool listed =
      !run.validation_list.empty() && (run.validation_given || std::filesystem::exists(run.validation_list));
  const bool validates = run.hold_out > 0 || listed;
  const Selection selection = run.selection.value_or(validates ? Selection::kValidation : Selection::kLast);
  if (selection == Selection::kValidation && !validates)
    throw ConfigError(
        "there is no validation split to select the best epoch on; name one with --val-list, or hold out a "
        "share of the training list with --hold-out");
  if (selection != Selection::kValidation && run.hold_out > 0)
    throw ConfigError("--hold-out goes with --select validation");
  auto train = read_images(run, run.train_list, pack);
  if (selection != Selection::kValidation)
    return {.train = std::move(train),
            .eval = read_images(run, run.test_list, pack),
            .eval_name = "test",
            .selection = selection};
  std::optional<ImageSource> held;
  if (run.hold_out > 0) {
    auto [kept, held_list] = hold_out(train.list(), run.hold_out);
    held.emplace(std::move(held_list), run.bad_images, pack);
    train = ImageSource(std::move(kept), run.bad_images, pack);
  }
  Splits splits{.train = std::move(train),
                .eval = held ? std::move(*held) : read_images(run, run.validation_list, pack),
                .eval_name = "validation",
                .selection = selection};
  if (run.test_given || std::filesystem::exists(run.test_list))
    splits.test = read_images(run, run.test_list, pack);
  else
    splits.notes.push_back(fmt::format("there is no test list at {}, so the result is that of the validation split",
                                       run.test_list.string()));
  return splits;
}

/// Names of a list's images in tables: relative to the image root, or as the pack has them.
inline std::vector<std::string> image_names(const RunOptions& run, const ImageSource& source) {
  std::vector<std::string> names;
  for (const auto& image : source.list().images)
    names.push_back((run.packed.empty() ? image.path.lexically_relative(run.image_root) : image.path).string());
  return names;
}

/// Names the images that were left out so far.
inline void print_skipped(const ImageSource& source) {
  const auto skipped = source.skipped();
  if (!skipped.empty())
    say("{} of {} images could not be read and were skipped\n", skipped.size(), source.list().images.size());
  for (const auto& reason : skipped) say("  {}\n", reason);
}

}  // namespace qcs::cli
