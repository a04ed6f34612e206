// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/data/list/list_hint.hpp>
#include <qcs/data/list/list_line.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs {

/// An image file and its class, counted from 0.
struct LabelledImage {
  std::filesystem::path path;
  int label = 0;
};

/// The images of one split, in the order of their list file. A file may come more than once: that is how people balance
/// classes for training.
struct ImageList {
  std::vector<LabelledImage> images;
  int classes = 0;

  std::vector<int> labels() const {
    std::vector<int> all;
    all.reserve(images.size());
    for (const LabelledImage& image : images) all.push_back(image.label);
    return all;
  }

  /// For every image the number of the first one with the same path: its own unless it repeats an earlier one. Two
  /// links to one file are two images.
  std::vector<std::size_t> files() const {
    std::vector<std::size_t> first(images.size());
    std::unordered_map<std::string_view, std::size_t> seen(images.size());
    for (std::size_t i = 0; i < images.size(); ++i) first[i] = seen.emplace(images[i].path.native(), i).first->second;
    return first;
  }

  /// Number of images that repeat an earlier one.
  std::size_t repeats() const {
    const auto first = files();
    std::size_t count = 0;
    for (std::size_t i = 0; i < first.size(); ++i) count += first[i] == i ? 0U : 1U;
    return count;
  }
};

/// What becomes of a line that repeats an earlier one, name and label.
enum class Repeats {
  kRefuse,  ///< a fault: an evaluation counts every image once
  kTake,    ///< another entry of the same image, for training
};

namespace detail {

/// What is wrong with a line whose image an earlier one has, if anything.
inline std::optional<std::string> repeat_fault(const ListLine& parsed, std::size_t line, int label, Repeats repeats) {
  if (parsed.label != label)
    return fmt::format("`{}` has label {}, in line {} it has {}", parsed.name, parsed.label, line, label);
  if (repeats == Repeats::kTake) return std::nullopt;
  return fmt::format("`{}` is already in line {}", parsed.name, line);
}

/// Checks the lines of a list one by one and collects the images of the good ones. `Files` knows which names exist, see
/// FolderListing.
template <class Files>
class ImageListParser {
 public:
  ImageListParser(const std::filesystem::path& list, const std::filesystem::path& root, int classes, Repeats repeats,
                  Files& files)
      : root_(root),
        repeats_(repeats),
        files_(files),
        faults_(list.string()),
        hint_(root, [&files](const std::string& name) { return files.file(name).exists; }),
        list_{{}, classes} {}

  void add(std::size_t line, std::string_view text) {
    ListLine parsed;
    if (const auto fault = parse_list_line(text, 0, list_.classes - 1, parsed))
      return faults_.add(line, *fault + hint_.of_form(text));
    auto name = normal_name(parsed.name);
    if (!name)
      return faults_.add(line, fmt::format("`{}` leaves the image folder{}", parsed.name, hint_.of_name(text)));
    auto& file = files_.file(*name);
    if (file.line[0] == 0) {
      file.line[0] = static_cast<std::uint32_t>(line);
      file.label[0] = parsed.label;
    } else if (const auto fault = repeat_fault(parsed, file.line[0], file.label[0], repeats_)) {
      return faults_.add(line, *fault);
    }
    std::filesystem::path path = root_ / *name;
    if (!file.exists) return faults_.add(line, fmt::format("no image file `{}`{}", path.string(), hint_.of_name(text)));
    list_.images.push_back({std::move(path), parsed.label});
  }

  void add_blank(std::size_t line) { faults_.add(line, "blank line"); }

  ImageList finish() && {
    faults_.throw_if_any();
    return std::move(list_);
  }

 private:
  std::filesystem::path root_;
  Repeats repeats_;
  Files& files_;
  FaultList faults_;
  ListHint hint_;
  ImageList list_;
};

/// Reads a list whose names `files` knows; paths in the result are `root`/name.
template <class Files>
ImageList parse_image_list(const std::filesystem::path& list, const std::filesystem::path& root, int classes,
                           Repeats repeats, Files& files) {
  if (classes < 1) throw ConfigError(fmt::format("an image list needs at least one class, got {}", classes));
  ImageListParser<Files> parser(list, root, classes, repeats, files);
  const std::size_t filled = for_each_list_line(
      list, "image list", [&](std::size_t line, std::string_view text) { parser.add(line, text); },
      [&](std::size_t line) { parser.add_blank(line); });
  if (filled == 0) throw DataError(fmt::format("{}: the image list is empty", list.string()));
  return std::move(parser).finish();
}

}  // namespace detail

/// Reads a list file of `name label` lines: one space, labels from 0, names relative to `root`. A name may contain
/// spaces, because the label is what follows the last one; a label may be written as a float. Line ends of any system,
/// a byte order mark and blank lines at the end are accepted. The images themselves are not opened.
///
/// Throws DataError if the list or the root is missing, if the list is empty or no UTF-8, and otherwise once for all
/// faults, each with file, line and where possible what was meant: blank lines, a missing or non-numeric label, a label
/// outside 0..classes-1, a name that leaves the root, a name listed twice (with `Repeats::kTake` only if its labels
/// differ), an image file that does not exist.
inline ImageList read_image_list(const std::filesystem::path& list, const std::filesystem::path& root, int classes,
                                 Repeats repeats = Repeats::kRefuse) {
  std::error_code error;
  if (!std::filesystem::is_directory(root, error))
    throw DataError(fmt::format("{}: there is no such image folder", root.string()));
  FolderListing files(root);
  return detail::parse_image_list(list, root, classes, repeats, files);
}

}  // namespace qcs
