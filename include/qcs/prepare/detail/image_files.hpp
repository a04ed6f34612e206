// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <qcs/prepare/prepared_dataset.hpp>
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

/// Names of the visible folders in a folder, in no order.
inline std::vector<std::string> folders_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (const auto name = entry.path().filename().string(); entry.is_directory() && !name.starts_with('.'))
      names.push_back(name);
  return names;
}

/// The images below `folder` of a root, relative to the root and sorted; the root counts them. Other visible files are
/// counted as dropped. Hidden files, and all that lies in hidden folders, are what programs leave behind.
inline std::vector<std::string> images_in(SourceFolder& root, const std::string& folder, PreparedSplit& split) {
  const auto top = root.path / folder;
  std::vector<std::string> images;
  for (auto entry = std::filesystem::recursive_directory_iterator(top); entry != end(entry); ++entry) {
    const auto name = entry->path().filename().string();
    if (name.starts_with('.')) {
      entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    if (!is_image_name(name)) {
      split.drop("not an image by its name");
      continue;
    }
    images.push_back(folder + entry->path().string().substr(top.string().size()));
    ++root.images;
    root.bytes += entry->file_size();
  }
  std::sort(images.begin(), images.end());
  return images;
}

}  // namespace qcs::detail
