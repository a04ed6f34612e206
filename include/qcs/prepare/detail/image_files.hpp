// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <qcs/core/file/file_content.hpp>
#include <qcs/prepare/dataset.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::detail {

inline std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](unsigned char c) { return std::tolower(c); });
  return lowered;
}

/// Whether a file name ends in that of an image format OpenCV reads, in capitals or not.
inline bool is_image_name(std::string_view name) {
  static constexpr std::array<std::string_view, 11> kExtensions{".png",  ".jpg",  ".jpeg", ".jpe", ".bmp", ".tif",
                                                                ".tiff", ".webp", ".pgm",  ".ppm", ".pbm"};
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos &&
         std::find(kExtensions.begin(), kExtensions.end(), lower(name.substr(dot))) != kExtensions.end();
}

/// Whether a folder is one that archives and storage systems leave behind, with copies of images or none.
inline bool is_left_behind(std::string_view folder) {
  static constexpr std::array<std::string_view, 6> kNames{"__MACOSX", "@eaDir",     "$RECYCLE.BIN",
                                                          "#recycle", "lost+found", "System Volume Information"};
  return std::find(kNames.begin(), kNames.end(), folder) != kNames.end();
}

/// Why a file with the name of an image holds none, as far as its size and a glance say; empty if it may hold one.
inline std::string why_no_image(const std::filesystem::path& file, std::uintmax_t size) {
  if (size == 0) return "empty file";
  constexpr std::uintmax_t kLargestPointer = 1024;
  if (size > kLargestPointer) return {};
  std::string bytes(kLargestPointer, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return std::string(other_format(bytes));
}

/// Names of the visible folders in a folder, in no order.
inline std::vector<std::string> folders_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (const auto name = entry.path().filename().string();
        entry.is_directory() && !name.starts_with('.') && !is_left_behind(name))
      names.push_back(name);
  return names;
}

/// The images below `folder` of a root, relative to the root and sorted; the root counts them. Other visible files,
/// empty ones and Git LFS pointers are counted as dropped. Hidden files, and all that lies in hidden folders and those
/// of is_left_behind(), are what programs leave behind.
inline std::vector<std::string> images_in(SourceFolder& root, const std::string& folder, PreparedSplit& split) {
  const auto top = root.path / folder;
  std::vector<std::string> images;
  for (auto entry = std::filesystem::recursive_directory_iterator(top); entry != end(entry); ++entry) {
    const auto name = entry->path().filename().string();
    if (name.starts_with('.') || (is_left_behind(name) && entry->is_directory())) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    if (!is_image_name(name)) {
      split.drop("not an image by its name");
      continue;
    }
    const auto size = entry->file_size();
    ++root.images;
    root.bytes += size;
    if (const auto why = why_no_image(entry->path(), size); !why.empty()) {
      split.drop(why);
      continue;
    }
    images.push_back(folder + entry->path().string().substr(top.string().size()));
  }
  std::sort(images.begin(), images.end());
  return images;
}

}  // namespace qcs::detail
