// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <new>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <qcs/core/error.hpp>
#include <qcs/core/file/file_content.hpp>
#include <qcs/image/detail/decoded_image.hpp>
#include <qcs/image/detail/jpeg_decoder.hpp>
#include <qcs/image/detail/png_decoder.hpp>
#include <qcs/image/header.hpp>
#include <qcs/image/quiet_decoders.hpp>

namespace qcs {

/// Largest images that are read, in pixels and on one side: faces are smaller, and a damaged header can ask for all
/// memory.
inline constexpr std::int64_t kMaxImagePixels = 64'000'000, kMaxImageSide = 32'767;

/// Largest image file in bytes.
inline constexpr std::uintmax_t kMaxImageBytes = 1 << 28;

namespace detail {

inline std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) throw DataError(fmt::format("{}: cannot open this image", path.string()));
  if (size == 0) throw DataError(fmt::format("{}: the image file is empty", path.string()));
  if (size > kMaxImageBytes)
    throw DataError(
        fmt::format("{}: the image file has {} bytes, at most {} are read", path.string(), size, kMaxImageBytes));
  std::vector<std::uint8_t> bytes(size);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
    throw DataError(fmt::format("{}: cannot read this image", path.string()));
  return bytes;
}

inline bool is_absurd(std::int64_t rows, std::int64_t cols) {
  return rows < 1 || cols < 1 || rows > kMaxImageSide || cols > kMaxImageSide || rows * cols > kMaxImagePixels;
}

/// Refuses, before a pixel is decoded, what decoders would take: a file without its end, and sizes that no face has.
inline void require_sound_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto header = read_image_header(bytes);
  if (!header) return;
  if (is_absurd(header->rows, header->cols))
    throw DataError(fmt::format("{}: the {} says {} x {} pixels, at most {} on a side and {} in all are read", name,
                                header->format, header->cols, header->rows, kMaxImageSide, kMaxImagePixels));
  if (!header->complete) throw DataError(fmt::format("{}: the {} is cut short", name, header->format));
}

/// Formats other than JPEG and PNG. OpenCV makes nothing or an empty image of what it cannot decode.
inline cv::Mat decode_with_opencv(std::span<const std::uint8_t> bytes) {
  const DecodingScope scope;
  const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<std::uint8_t*>(bytes.data()));
  return cv::imdecode(buffer, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
}

/// RGB to BGR or back (8UC3). By hand, because OpenCV's conversion would start its thread pool from inside a worker
/// thread.
inline void swap_red_and_blue(cv::Mat& image) {
  for (int y = 0; y < image.rows; ++y) {
    std::uint8_t* row = image.ptr<std::uint8_t>(y);
    for (int x = 0; x < 3 * image.cols; x += 3) std::swap(row[x], row[x + 2]);
  }
}

inline DecodedImage decode_by_format(std::span<const std::uint8_t> bytes) {
  const std::string_view text = as_text(bytes), format = image_format(text);
  if (format == "JPEG") return JpegDecoder(bytes).run(is_absurd);
  if (format == "PNG") return PngDecoder(bytes).run(is_absurd);
  DecodedImage image;
  if (!other_format(text).empty()) return image;
  image.rgb = decode_with_opencv(bytes);
  if (!image.rgb.empty() && image.rgb.type() == CV_8UC3)
    swap_red_and_blue(image.rgb);
  else
    image.rgb.release();
  return image;
}

}  // namespace detail

/// Decodes the bytes of an image file as RGB (8UC3, rows x cols); greyscale files become three equal channels. `name`
/// stands in messages. What is unusual about a file whose pixels are whole (a broken colour profile, say) goes to
/// `warnings`, if there is such a place, one message for each thing.
///
/// Throws DataError if they are no image, one that is damaged (a JPEG or PNG also where decoders would guess the
/// missing pixels) or, in JPEG, PNG and BMP, cut short, or one larger than kMaxImagePixels or kMaxImageSide (the three
/// formats before they are decoded); std::bad_alloc without the memory for it.
inline cv::Mat decode_rgb(std::span<const std::uint8_t> bytes, const std::string& name,
                          std::vector<std::string>* warnings = nullptr) {
  detail::require_sound_header(bytes, name);
  detail::DecodedImage image;
  try {
    image = detail::decode_by_format(bytes);
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw std::bad_alloc();
    throw DataError(fmt::format("{}: cannot decode this image ({})", name, error.err));
  }
  if (!image.damage.empty())
    throw DataError(fmt::format("{}: the {} cannot be decoded: {}", name, image_format(as_text(bytes)), image.damage));
  if (image.rgb.empty())
    throw DataError(fmt::format("{}: not an image in a format that is read, or damaged: {}", name,
                                describe_content(as_text(bytes))));
  if (detail::is_absurd(image.rgb.rows, image.rgb.cols))  // of formats whose headers are not read here
    throw DataError(fmt::format("{}: {} x {} pixels, at most {} on a side and {} in all are read", name, image.rgb.cols,
                                image.rgb.rows, kMaxImageSide, kMaxImagePixels));
  if (warnings != nullptr)
    for (const auto& warning : image.warnings)
      warnings->push_back(fmt::format("{}: {} decoder: {}", name, image_format(as_text(bytes)), warning));
  return image.rgb;
}

/// Reads an image file like decode_rgb; also throws DataError if it is missing or empty. Safe to call from several
/// threads.
inline cv::Mat read_rgb(const std::filesystem::path& path, std::vector<std::string>* warnings = nullptr) {
  return decode_rgb(detail::read_bytes(path), path.string(), warnings);
}

}  // namespace qcs
