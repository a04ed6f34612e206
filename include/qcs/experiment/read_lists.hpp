// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <qcs/data/hold_out.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/experiment/faces.hpp>
#include <qcs/experiment/list_labels.hpp>
#include <qcs/image/pack.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// The list files of a data set, and where their images are.
struct FaceLists {
  std::filesystem::path train;
  std::filesystem::path validation = {}, test = {};  ///< empty: there is none
  std::filesystem::path image_root;
  bool validation_required = true;         ///< false: a validation list that is not there is none
  bool test_required = true;               ///< false: nor is a test list, where there is a validation split
  double hold_out = 0;                     ///< share of the training list's files that become the validation split
  std::filesystem::path class_names = {};  ///< empty: those beside the lists, see labels_of_lists
  std::filesystem::path packed = {};       ///< a file of pack_images() to read the images from
  BadImages bad_images = BadImages::kFail;
};

namespace detail {

/// The lists that are there.
inline std::vector<std::filesystem::path> present_lists(const FaceLists& lists) {
  std::vector<std::filesystem::path> present{lists.train};
  std::error_code error;
  if (lists.hold_out == 0 && std::filesystem::exists(lists.validation, error)) present.push_back(lists.validation);
  if (std::filesystem::exists(lists.test, error)) present.push_back(lists.test);
  return present;
}

/// Lines of a training list that repeat earlier ones, as a note; nothing if there is none.
inline std::optional<std::string> repeats_note(const std::filesystem::path& file, const ImageList& list) {
  const auto repeats = list.repeats();
  if (repeats == 0) return std::nullopt;
  return fmt::format("{} of the {} lines of {} repeat an earlier one; such an image is drawn as often as it is listed",
                     repeats, list.images.size(), file.string());
}

}  // namespace detail

/// Reads one split.
class SplitReader {
 public:
  /// Opens the pack, if `lists` name one. Throws DataError.
  SplitReader(const FaceLists& lists, std::size_t classes) : lists_(lists), classes_(static_cast<int>(classes)) {
    if (!lists.packed.empty()) pack_ = std::make_shared<const PackedImages>(lists.packed);
  }

  /// The images of a list file. Throws DataError, see read_image_list.
  ImageSource read(const std::filesystem::path& list, Repeats repeats = Repeats::kRefuse) const {
    return source(pack_ ? read_packed_list(list, *pack_, classes_, repeats)
                        : read_image_list(list, lists_.image_root, classes_, repeats));
  }

  ImageSource source(ImageList list) const { return {std::move(list), lists_.bad_images, pack_}; }

  /// What names of images are relative to in tables, see image_names().
  std::filesystem::path root() const { return pack_ ? std::filesystem::path() : lists_.image_root; }

 private:
  FaceLists lists_;
  int classes_;
  std::shared_ptr<const PackedImages> pack_ = {};
};

/// Reads a data set from its list files. Labels are those of `own` unless files of class names say otherwise (see
/// labels_of_lists). Throws DataError for a faulty list or pack, ConfigError for a share that cannot be held out or
/// another number of classes.
inline Faces read_lists(const FaceLists& lists, const Labels& own) {
  auto [labels, notes] = labels_of_lists(detail::present_lists(lists), lists.class_names, own);
  const SplitReader reader(lists, labels.classes.size());
  Faces faces{.name = labels.name,
              .labels = std::move(labels),
              .train = reader.read(lists.train, Repeats::kTake),
              .root = reader.root(),
              .notes = std::move(notes)};
  if (auto note = detail::repeats_note(lists.train, faces.train.list())) faces.notes.push_back(std::move(*note));
  if (lists.hold_out > 0) {
    auto [kept, held] = hold_out(faces.train.list(), lists.hold_out);
    faces.train = reader.source(std::move(kept));
    faces.validation = reader.source(std::move(held));
  } else if (!lists.validation.empty() && (lists.validation_required || std::filesystem::exists(lists.validation))) {
    faces.validation = reader.read(lists.validation);
  }
  if (lists.test.empty()) return faces;
  if (!faces.validation || lists.test_required || std::filesystem::exists(lists.test))
    faces.test = reader.read(lists.test);
  else
    faces.notes.push_back(
        fmt::format("there is no test list at {}, so the result is that of the validation split", lists.test.string()));
  return faces;
}

}  // namespace qcs
