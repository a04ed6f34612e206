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
#include <qcs/data/list/list_fingerprint.hpp>
#include <string>
#include <string_view>
#include <system_error>

namespace qcs {

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

}  // namespace qcs
