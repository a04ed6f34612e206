// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <qcs/core/error.hpp>

namespace qcs {

namespace detail {

inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) throw DataError(fmt::format("{}: cannot open this image", path.string()));
  if (size == 0) throw DataError(fmt::format("{}: the image file is empty", path.string()));
  std::vector<std::uint8_t> bytes(size);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
    throw DataError(fmt::format("{}: cannot read this image", path.string()));
  return bytes;
}

/// Whether a file is a JPEG without its end marker. Decoders fill the missing part of such an image with grey
/// and only print a warning. Segments are skipped by their length, since a thumbnail inside has an end marker
/// of its own.
inline bool is_cut_jpeg(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 3 || bytes[0] != 0xFF || bytes[1] != 0xD8 || bytes[2] != 0xFF) return false;
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xFF || bytes[at + 1] == 0xFF) {
      ++at;
      continue;
    }
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xD9) return false;
    at += 2;
    const bool alone = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
    if (!alone && at + 1 < bytes.size()) at += std::size_t{bytes[at]} * 256 + bytes[at + 1];
  }
  return true;
}

inline cv::Mat decode(std::span<const std::uint8_t> bytes, const std::string& name) {
  try {
    const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::uint8_t*>(bytes.data()));
    cv::Mat image = cv::imdecode(buffer, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
    if (!image.empty() && image.type() == CV_8UC3) return image;
  } catch (const cv::Exception& error) {
    throw DataError(fmt::format("{}: cannot decode this image ({})", name, error.err));
  }
  throw DataError(fmt::format("{}: not an image in a format OpenCV reads, or damaged", name));
}

}  // namespace detail

/// Reads an image file as RGB (8UC3, rows x cols); greyscale files become three equal channels. Throws
/// DataError with the file's name if it is missing, empty, cut short or no image. Safe to call from several
/// threads.
inline cv::Mat read_rgb(const std::filesystem::path& path) {
  const auto bytes = detail::read_bytes(path);
  if (detail::is_cut_jpeg(bytes)) throw DataError(fmt::format("{}: the JPEG is cut short", path.string()));
  cv::Mat image = detail::decode(bytes, path.string());
  // By hand, because OpenCV's conversion would start its thread pool from inside a loader thread.
  for (int y = 0; y < image.rows; ++y) {
    std::uint8_t* row = image.ptr<std::uint8_t>(y);
    for (int x = 0; x < 3 * image.cols; x += 3) std::swap(row[x], row[x + 2]);
  }
  return image;
}

}  // namespace qcs
