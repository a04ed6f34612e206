// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/data/detail/faults.hpp>
#include <qcs/data/detail/folder_listing.hpp>
#include <qcs/data/detail/list_line.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// An image file and its class, counted from 0.
struct LabelledImage {
  std::filesystem::path path;
  int label = 0;
};

/// The images of one split, in the order of their list file.
struct ImageList {
  std::vector<LabelledImage> images;
  int classes = 0;

  std::vector<int> labels() const {
    std::vector<int> all;
    all.reserve(images.size());
    for (const LabelledImage& image : images) all.push_back(image.label);
    return all;
  }
};

namespace detail {

/// Checks the lines of a list one by one and collects the images of the good ones. `Files` knows which names exist, see
/// FolderListing.
template <class Files>
class ImageListParser {
 public:
  ImageListParser(const std::filesystem::path& list, const std::filesystem::path& root, int classes, Files& files)
      : root_(root), files_(files), faults_(list.string()), list_{{}, classes} {}

  void add(std::size_t line, std::string_view text) {
    ListLine parsed;
    if (const auto fault = parse_list_line(text, 0, list_.classes - 1, parsed)) return faults_.add(line, *fault);
    const auto name = normal_name(parsed.name);
    if (!name) return faults_.add(line, fmt::format("`{}` leaves the image folder", parsed.name));
    auto& file = files_.file(*name);
    if (std::exchange(file.line[0], 1) != 0) return faults_.add(line, fmt::format("`{}` is listed twice", parsed.name));
    std::filesystem::path path = root_ / *name;
    if (!file.exists) return faults_.add(line, fmt::format("no image file `{}`", path.string()));
    list_.images.push_back({std::move(path), parsed.label});
  }

  void add_blank(std::size_t line) { faults_.add(line, "blank line"); }

  ImageList finish() && {
    faults_.throw_if_any();
    return std::move(list_);
  }

 private:
  std::filesystem::path root_;
  Files& files_;
  Faults faults_;
  ImageList list_;
};

/// Reads a list whose names `files` knows; paths in the result are `root`/name.
template <class Files>
ImageList parse_image_list(const std::filesystem::path& list, const std::filesystem::path& root, int classes,
                           Files& files) {
  if (classes < 1) throw ConfigError(fmt::format("an image list needs at least one class, got {}", classes));
  ImageListParser<Files> parser(list, root, classes, files);
  const std::size_t filled = for_each_list_line(
      list, "image list", [&](std::size_t line, std::string_view text) { parser.add(line, text); },
      [&](std::size_t line) { parser.add_blank(line); });
  if (filled == 0) throw DataError(fmt::format("{}: the image list is empty", list.string()));
  return std::move(parser).finish();
}

}  // namespace detail

/// Reads a list file of `name label` lines: one space, labels from 0, names relative to `root`. A name may contain
/// spaces, because the label is what follows the last one. Windows line ends, a byte order mark and blank lines at the
/// end are accepted. The images themselves are not opened.
///
/// Throws DataError if the list or the root is missing, if the list is empty, and otherwise once for all faults, each
/// with file and line: blank lines, a missing or non-numeric label, a label outside 0..classes-1, a name that leaves
/// the root, a name listed twice, an image file that does not exist.
inline ImageList read_image_list(const std::filesystem::path& list, const std::filesystem::path& root, int classes) {
  if (!std::filesystem::is_directory(root))
    throw DataError(fmt::format("{}: there is no such image folder", root.string()));
  detail::FolderListing files(root);
  return detail::parse_image_list(list, root, classes, files);
}

}  // namespace qcs
