// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/data/image_source.hpp>
#include <qcs/data/list/image_list.hpp>
#include <string>
#include <string_view>
#include <system_error>

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

/// Files of a list whose contents a fingerprint covers, at most; spread evenly over the list.
inline constexpr std::size_t kFingerprintedFiles = 1000;

/// Tells whether two runs had the same images: SHA-256 of their names (below the folder that holds them all), labels
/// and file sizes, and of the contents of kFingerprintedFiles of them; of a pack, its checksum stands for sizes and
/// contents. The same wherever the images lie. What cannot be read counts as such: that is for training to report.
inline std::string data_fingerprint(const ImageSource& source) {
  const ImageList& list = source.list();
  Sha256 hash;
  if (source.pack() != nullptr) {
    detail::hash_lines(hash, list, [](const auto&) { return 0; });
    hash.update(source.pack()->checksum());
  } else {
    detail::hash_lines(hash, list, [](const LabelledImage& image) {
      std::error_code error;
      const auto size = std::filesystem::file_size(image.path, error);
      return error ? std::int64_t{-1} : static_cast<std::int64_t>(size);
    });
    const auto count = std::min(kFingerprintedFiles, list.images.size());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& path = list.images[i * list.images.size() / count].path;
      try {
        hash.update(sha256_of_file(path));
      } catch (const DataError&) {
        hash.update("unreadable");
      }
    }
  }
  return "2:" + hash.finish();
}

/// The same for images that are not files: of names and labels alone.
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
