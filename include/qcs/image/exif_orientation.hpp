// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <qcs/image/header.hpp>
#include <span>

namespace qcs {

namespace detail {

/// The tag Orientation of the first directory of a TIFF, which is what EXIF data are.
inline int tiff_orientation(std::span<const std::uint8_t> tiff) {
  const ByteReader bytes(tiff);
  const bool little = bytes.starts_with("II");
  if (!little && !bytes.starts_with("MM")) return 1;
  const auto number = [&](std::size_t at, int width) {
    return little ? bytes.little(at, width) : bytes.big(at, width);
  };
  constexpr std::size_t kEntry = 12;
  constexpr std::uint32_t kOrientation = 0x0112;
  const std::size_t directory = number(4, 4), entries = number(directory, 2);
  for (std::size_t i = 0; i < entries && directory + 2 + (i + 1) * kEntry <= bytes.size(); ++i) {
    const auto entry = directory + 2 + i * kEntry;
    if (number(entry, 2) != kOrientation) continue;
    const auto value = static_cast<int>(number(entry + 8, 2));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/// The EXIF data of a JPEG: its first segment APP1 that says so.
inline std::span<const std::uint8_t> jpeg_exif(std::span<const std::uint8_t> jpeg) {
  const ByteReader bytes(jpeg);
  for (std::size_t at = 2; at + 4 <= bytes.size() && bytes.byte(at) == 0xFF;) {
    const auto marker = bytes.byte(at + 1);
    if (marker == 0xFF) {  // filling
      ++at;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) break;  // pixels, end
    const std::size_t length = bytes.big(at + 2, 2), end = at + 2 + length;
    if (length < 2 || end > bytes.size()) break;
    constexpr std::size_t kHead = 10;  // marker, length, "Exif", two zeros
    if (marker == 0xE1 && length >= kHead && ByteReader(jpeg.subspan(at + 4)).starts_with("Exif"))
      return jpeg.subspan(at + kHead, end - at - kHead);
    at = end;
  }
  return {};
}

inline std::span<const std::uint8_t> png_exif(std::span<const std::uint8_t> png) {
  const ByteReader bytes(png);
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::size_t length = bytes.big(at, 4);
    if (length > bytes.size() - at - 12) break;
    if (bytes.big(at + 4, 4) == 0x65584966) return png.subspan(at + 8, length);  // eXIf
    at += 12 + length;
  }
  return {};
}

}  // namespace detail

/// How a camera was held, as the EXIF data of a JPEG or PNG say it: 1 (upright) to 8, see upright(); 1 where they do
/// not say, or say something else.
inline int exif_orientation(std::span<const std::uint8_t> bytes) {
  const auto header = read_image_header(bytes);
  if (!header) return 1;
  if (header->format == "JPEG") return detail::tiff_orientation(detail::jpeg_exif(bytes));
  if (header->format == "PNG") return detail::tiff_orientation(detail::png_exif(bytes));
  return 1;
}

/// The picture as its photographer saw it (EXIF 2.32, 4.6.5.1). Shares the pixels where nothing is to turn.
inline cv::Mat upright(const cv::Mat& picture, int orientation) {
  cv::Mat turned;
  if (orientation >= 5)
    cv::transpose(picture, turned);
  else
    turned = picture;
  std::optional<int> axes;  // of cv::flip: 0 rows, 1 columns, -1 both
  switch (orientation) {
    case 2:
    case 6:
      axes = 1;
      break;
    case 3:
    case 7:
      axes = -1;
      break;
    case 4:
    case 8:
      axes = 0;
      break;
    default:
      break;
  }
  if (!axes) return turned;
  cv::Mat flipped;
  cv::flip(turned, flipped, *axes);
  return flipped;
}

}  // namespace qcs
