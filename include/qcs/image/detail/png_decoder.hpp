// SPDX-License-Identifier: MIT
#pragma once

#include <png.h>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <opencv2/core.hpp>
#include <qcs/image/detail/decoded_image.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace qcs::detail {

/// Decodes one PNG file with libpng, whose messages it keeps off the console: 8 bits of red, green and blue, without
/// transparency and whatever gamma the file names.
class PngDecoder {
 public:
  /// Throws std::bad_alloc.
  explicit PngDecoder(std::span<const std::uint8_t> bytes) : left_(bytes) {
    file_ = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, this, [](png_structp file, png_const_charp text) { of(file).fail(text); },
        [](png_structp file, png_const_charp text) { of(file).warn(text); });
    if (file_ != nullptr) info_ = png_create_info_struct(file_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&file_, &info_, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngDecoder() { png_destroy_read_struct(&file_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  /// `is_absurd(rows, cols)` refuses sizes. Throws std::bad_alloc.
  DecodedImage run(bool (*is_absurd)(std::int64_t rows, std::int64_t cols)) {
    DecodedImage image;
    if (read_header() && !is_absurd(rows_, cols_)) {
      image.rgb.create(static_cast<int>(rows_), static_cast<int>(cols_), CV_8UC3);
      row_starts_.resize(rows_);
      for (std::size_t y = 0; y < rows_; ++y) row_starts_[y] = image.rgb.ptr(static_cast<int>(y));
    }
    if (image.rgb.empty() || !read_pixels(row_starts_.data(), 3 * std::size_t{cols_})) {
      if (messages_.out_of_memory) throw std::bad_alloc();
      image.rgb.release();
      image.damage = messages_.damage.data();
    }
    image.warnings = messages_.all_warnings();
    return image;
  }

 private:
  static PngDecoder& of(png_structp file) { return *static_cast<PngDecoder*>(png_get_error_ptr(file)); }

  // The two steps below are all that libpng's jumps cross: they and what they call have no object with a destructor.

  bool read_header() {
    if (setjmp(png_jmpbuf(file_)) != 0) return false;
    png_set_read_fn(file_, this, [](png_structp file, png_bytep to, std::size_t size) {
      auto& left = static_cast<PngDecoder*>(png_get_io_ptr(file))->left_;
      if (size > left.size()) png_error(file, "the file ends too early");
      std::memcpy(to, left.data(), size);
      left = left.subspan(size);
    });
    png_read_info(file_, info_);
    rows_ = png_get_image_height(file_, info_);
    cols_ = png_get_image_width(file_, info_);
    return true;
  }

  bool read_pixels(png_bytepp rows, std::size_t row_bytes) {
    if (setjmp(png_jmpbuf(file_)) != 0) return false;
    const int colour = png_get_color_type(file_, info_), bits = png_get_bit_depth(file_, info_);
    if (bits == 16) png_set_strip_16(file_);
    png_set_strip_alpha(file_);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(file_);
    if ((colour & PNG_COLOR_MASK_COLOR) == 0) {
      if (bits < 8) png_set_expand_gray_1_2_4_to_8(file_);
      png_set_gray_to_rgb(file_);
    }
    png_set_interlace_handling(file_);
    png_read_update_info(file_, info_);
    if (png_get_rowbytes(file_, info_) != row_bytes) png_error(file_, "not three bytes a pixel");
    png_read_image(file_, rows);
    png_read_end(file_, nullptr);
    return true;
  }

  [[noreturn]] void fail(png_const_charp text) {
    // libpng has no other sign: "Out of memory", "insufficient memory" from zlib.
    messages_.out_of_memory = std::string_view(text).find("memory") != std::string_view::npos;
    messages_.fail(text);
    png_longjmp(file_, 1);
  }

  /// Of the pixels' data only what lies behind the last pixel may be unusual. Other parts of a file (colour profiles,
  /// dates, texts) do not reach the pixels.
  void warn(png_const_charp text) {
    const std::string_view what(text);
    if (what.starts_with("IDAT") && what.find("Extra compressed data") == std::string_view::npos &&
        what.find("Too much image data") == std::string_view::npos)
      fail(text);
    messages_.warn(text);
  }

  std::span<const std::uint8_t> left_;
  png_structp file_ = nullptr;
  png_infop info_ = nullptr;
  png_uint_32 rows_ = 0, cols_ = 0;
  std::vector<png_bytep> row_starts_;
  DecoderMessages messages_;
};

}  // namespace qcs::detail
