// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <qcs/core/file/sha256.hpp>
#include <qcs/data/list/image_list.hpp>
#include <string>
#include <string_view>

namespace qcs {

namespace detail {

/// The folder that all images of a list lie in; names below it tell them apart wherever that folder is.
inline std::filesystem::path common_folder(const ImageList& list) {
  if (list.images.empty()) return {};
  auto common = list.images.front().path.parent_path();
  const auto holds = [&](const LabelledImage& image) {
    const auto& path = image.path.native();
    const auto& folder = common.native();
    return folder.empty() || folder == "/" ||
           (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
  };
  for (const auto& image : list.images)
    while (!holds(image)) common = common.parent_path();
  return common;
}

/// Adds names and labels, in the order of the list, and `size_of(image)`.
void hash_lines(Sha256& hash, const ImageList& list, const auto& size_of) {
  const auto skipped = common_folder(list).native().size();
  for (const auto& image : list.images)
    hash.update(
        fmt::format("{}\n{} {}\n", std::string_view(image.path.native()).substr(skipped), image.label, size_of(image)));
}

}  // namespace detail

/// Tells whether two runs had the same images: SHA-256 of their names (below the folder that holds them all) and
/// labels. For images that are not files; datasets of files have a fingerprint() that covers their contents, too.
inline std::string data_fingerprint(const ImageList& list) {
  Sha256 hash;
  detail::hash_lines(hash, list, [](const auto&) { return 0; });
  return "2:" + hash.finish();
}

/// Whether two fingerprints are those of different data. Those of different kinds, as other versions made them ("2:"
/// here, nothing before), cannot be compared and count as equal.
inline bool fingerprints_differ(std::string_view before, std::string_view now) {
  const auto kind = [](std::string_view text) { return text.substr(0, text.find(':') + 1); };  // npos + 1 is 0
  return !before.empty() && kind(before) == kind(now) && before != now;
}

}  // namespace qcs
