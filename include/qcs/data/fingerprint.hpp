// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
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

namespace detail {

/// Size, type and pixels of an image, which need not lie in one piece.
inline void hash_pixels(Sha256& hash, const cv::Mat& image) {
  hash.update(fmt::format("{}x{} {}\n", image.rows, image.cols, image.type()));
  const auto row = image.elemSize() * static_cast<std::size_t>(image.cols);
  for (int y = 0; y < image.rows; ++y) hash.update({image.ptr<char>(y), row});
}

/// Calls `update(i)` for images spread evenly over a list, which hashes the contents of image i or throws DataError.
void hash_contents(Sha256& hash, std::size_t images, const auto& update) {
  const auto count = std::min(kFingerprintedFiles, images);
  for (std::size_t i = 0; i < count; ++i) {
    try {
      update(i * images / count);
    } catch (const DataError&) {
      hash.update("unreadable");
    }
  }
}

/// That of the images of a store. Its own fingerprint stands for their contents, and where it has none their pixels do.
inline std::string store_fingerprint(const ImageSource& source) {
  const ImageList& list = source.list();
  Sha256 hash;
  hash_lines(hash, list, [](const auto&) { return 0; });
  if (const auto own = source.store_fingerprint(); !own.empty()) {
    hash.update(own);
    return "store:" + hash.finish();
  }
  hash_contents(hash, list.images.size(), [&](std::size_t i) {
    const cv::Mat image = source.read(i);
    image.empty() ? hash.update("unreadable") : hash_pixels(hash, image);
  });
  return "pixels:" + hash.finish();
}

}  // namespace detail

/// Tells whether two runs had the same images: SHA-256 of their names (below the folder that holds them all), labels
/// and file sizes, and of the contents of kFingerprintedFiles of them; of a pack, its checksum stands for sizes and
/// contents. The same wherever the images lie. Of a store, its own fingerprint stands for the contents, or else the
/// pixels of kFingerprintedFiles images do. What cannot be read counts as such: that is for training to report.
inline std::string data_fingerprint(const ImageSource& source) {
  if (source.is_store()) return detail::store_fingerprint(source);
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
    detail::hash_contents(hash, list.images.size(),
                          [&](std::size_t i) { hash.update(sha256_of_file(list.images[i].path)); });
  }
  return "2:" + hash.finish();
}

}  // namespace qcs
