// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/image/exif_orientation.hpp>
#include <qcs/image/read.hpp>
#include <span>
#include <string>
#include <vector>

namespace qcs {

/// Decodes a photo for people and detectors: BGR (8UC3), turned as its EXIF data say. Training images are not turned,
/// see decode_rgb(), which says what is thrown.
inline cv::Mat decode_photo(std::span<const std::uint8_t> bytes, const std::string& name,
                            std::vector<std::string>* warnings = nullptr) {
  auto photo = upright(decode_rgb(bytes, name, warnings), exif_orientation(bytes));
  detail::swap_red_and_blue(photo);
  return photo;
}

/// The same from a file, see read_rgb().
inline cv::Mat read_photo(const std::filesystem::path& path, std::vector<std::string>* warnings = nullptr) {
  return decode_photo(detail::read_bytes(path), path.string(), warnings);
}

}  // namespace qcs
