// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <qcs/data/detail/faults.hpp>
#include <qcs/data/detail/text.hpp>

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

inline bool leaves_root(const std::filesystem::path& name) {
  if (name.is_absolute()) return true;
  for (const auto& part : name)
    if (part == "..") return true;
  return false;
}

/// Checks the lines of a list one by one and collects the images of the good ones.
class ImageListParser {
 public:
  ImageListParser(const std::filesystem::path& list, const std::filesystem::path& root, int classes)
      : root_(root), faults_(list.string()), list_{{}, classes} {}

  void add(std::size_t line, std::string_view text) {
    const std::size_t space = text.rfind(' ');
    const std::string_view name = text.substr(0, space == std::string_view::npos ? 0 : space);
    if (name.empty() || name.front() == ' ' || name.back() == ' ' || space + 1 == text.size())
      return faults_.add(line, fmt::format("expected `name label`, found `{}`", text));
    const auto label = parse_number<int>(text.substr(space + 1));
    if (!label) return faults_.add(line, fmt::format("`{}` is not a label", text.substr(space + 1)));
    if (*label < 0 || *label >= list_.classes)
      return faults_.add(line, fmt::format("label {} is not within 0..{}", *label, list_.classes - 1));
    add_image(line, name, *label);
  }

  void add_blank(std::size_t line) { faults_.add(line, "blank line"); }

  ImageList finish() && {
    faults_.throw_if_any();
    return std::move(list_);
  }

 private:
  void add_image(std::size_t line, std::string_view name, int label) {
    const std::filesystem::path relative(name);
    // Normalising a path costs more than asking for the file, and most names have no folder in them.
    const bool plain = name.find('/') == std::string_view::npos && name != "..";
    if (!plain && leaves_root(relative))
      return faults_.add(line, fmt::format("`{}` leaves the image folder", name));
    if (!names_.insert(plain ? relative.native() : relative.lexically_normal().native()).second)
      return faults_.add(line, fmt::format("`{}` is listed twice", name));
    std::filesystem::path path = root_ / relative;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
      return faults_.add(line, fmt::format("no image file `{}`", path.string()));
    list_.images.push_back({std::move(path), label});
  }

  std::filesystem::path root_;
  Faults faults_;
  ImageList list_;
  std::unordered_set<std::string> names_;
};

}  // namespace detail

/// Reads a list file of `name label` lines: one space, labels from 0, names relative to `root`. A name may
/// contain spaces, because the label is what follows the last one. Windows line ends, a byte order mark and
/// blank lines at the end are accepted. The images themselves are not opened.
///
/// Throws DataError if the list or the root is missing, if the list is empty, and otherwise once for all
/// faults, each with file and line: blank lines, a missing or non-numeric label, a label outside
/// 0..classes-1, a name that leaves the root, a name listed twice, an image file that does not exist.
inline ImageList read_image_list(const std::filesystem::path& list, const std::filesystem::path& root,
                                 int classes) {
  if (classes < 1) throw ConfigError(fmt::format("an image list needs at least one class, got {}", classes));
  if (!std::filesystem::is_directory(root))
    throw DataError(fmt::format("{}: there is no such image folder", root.string()));
  detail::LineReader reader(list, "image list");
  detail::ImageListParser parser(list, root, classes);
  std::string line;
  std::vector<std::size_t> blank;
  std::size_t filled = 0;
  while (reader.next(line)) {
    if (line.find_first_not_of(" \t") == std::string::npos) {
      blank.push_back(reader.number());
      continue;
    }
    // Only now is it known that the blank lines before this one are not the end of the file.
    for (const std::size_t number : blank) parser.add_blank(number);
    blank.clear();
    parser.add(reader.number(), line);
    ++filled;
  }
  if (filled == 0) throw DataError(fmt::format("{}: the image list is empty", list.string()));
  return std::move(parser).finish();
}

}  // namespace qcs
