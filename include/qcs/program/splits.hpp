// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <qcs/data/hold_out.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/image/pack.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qcs::program {

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
                               const std::shared_ptr<const PackedImages>& pack, Repeats repeats = Repeats::kRefuse) {
  const int classes = static_cast<int>(run.classes);
  auto images =
      pack ? read_packed_list(list, *pack, classes, repeats) : read_image_list(list, run.image_root, classes, repeats);
  return {std::move(images), run.bad_images, pack};
}

/// The lists that `run` uses, as far as they are there.
inline std::vector<std::filesystem::path> lists_of(const RunOptions& run) {
  if (!run.evaluate.empty()) return {run.test_list};
  std::vector<std::filesystem::path> lists{run.train_list};
  std::error_code error;
  if (run.hold_out == 0 && std::filesystem::exists(run.validation_list, error)) lists.push_back(run.validation_list);
  if (std::filesystem::exists(run.test_list, error)) lists.push_back(run.test_list);
  return lists;
}

/// Lines of a training list that repeat earlier ones, as a note; nothing if there is none.
inline std::optional<std::string> repeats_note(const RunOptions& run, const ImageList& train) {
  const auto repeats = train.repeats();
  if (repeats == 0) return std::nullopt;
  return fmt::format("{} of the {} lines of {} repeat an earlier one; such an image is drawn as often as it is listed",
                     repeats, train.images.size(), run.train_list.string());
}

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
  auto train = read_images(run, run.train_list, pack, Repeats::kTake);
  std::vector<std::string> notes;
  if (auto note = repeats_note(run, train.list())) notes.push_back(std::move(*note));
  const auto note_overlap = [&](const ImageSource& trained, const ImageSource& other, std::string_view name) {
    if (auto note = overlap_note(trained.list(), other.list(), name)) notes.push_back(std::move(*note));
  };
  if (selection != Selection::kValidation) {
    auto test = read_images(run, run.test_list, pack);
    note_overlap(train, test, "test");
    return {.train = std::move(train),
            .eval = std::move(test),
            .eval_name = "test",
            .selection = selection,
            .notes = std::move(notes)};
  }
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
  note_overlap(splits.train, splits.eval, "validation");
  if (run.test_given || std::filesystem::exists(run.test_list)) {
    splits.test = read_images(run, run.test_list, pack);
    note_overlap(splits.train, *splits.test, "test");
  } else {
    notes.push_back(fmt::format("there is no test list at {}, so the result is that of the validation split",
                                run.test_list.string()));
  }
  splits.notes = std::move(notes);
  return splits;
}

/// Names of a list's images in tables: relative to the image root, or as the pack has them.
inline std::vector<std::string> image_names(const RunOptions& run, const ImageSource& source) {
  std::vector<std::string> names;
  for (const auto& image : source.list().images)
    names.push_back((run.packed.empty() ? image.path.lexically_relative(run.image_root) : image.path).string());
  return names;
}

/// Names the images that were left out so far, and those about which decoders had something to say.
inline void print_skipped(const ImageSource& source) {
  constexpr std::size_t kMostWarnings = 20;
  const auto skipped = source.skipped(), warnings = source.warnings();
  if (!skipped.empty())
    say("{} of {} images could not be read and were skipped\n", skipped.size(), source.list().images.size());
  for (const auto& reason : skipped) say("  {}\n", reason);
  if (!warnings.empty()) say("image files that are unusual, though their pixels are whole:\n");
  for (std::size_t i = 0; i < std::min(kMostWarnings, warnings.size()); ++i) say("  {}\n", warnings[i]);
  if (warnings.size() > kMostWarnings) say("  and {} more\n", warnings.size() - kMostWarnings);
}

}  // namespace qcs::program
