// SPDX-License-Identifier: MIT
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
// libjpeg's headers use size_t and FILE without including what declares them.
#include <jpeglib.h>
// The numbers of its messages depend on what the header above defines.
#include <jerror.h>

#include <fmt/format.h>
#include <new>
#include <opencv2/core.hpp>
#include <qcs/image/detail/decoded_image.hpp>
#include <span>
#include <string>

namespace qcs::detail {

/// Decodes one JPEG file with libjpeg. Its own error manager keeps every message off the console and takes damaged data
/// for what it is, where libjpeg's would print a line and fill in grey.
class JpegDecoder {
 public:
  explicit JpegDecoder(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
    file_.err = jpeg_std_error(&errors_);
    file_.client_data = this;
    errors_.error_exit = [](j_common_ptr file) { of(file).fail(file); };
    errors_.emit_message = [](j_common_ptr file, int level) {
      if (level < 0) of(file).warn(file);
    };
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&file_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  /// `is_absurd(rows, cols)` refuses sizes. Throws std::bad_alloc.
  DecodedImage run(bool (*is_absurd)(std::int64_t rows, std::int64_t cols)) {
    DecodedImage image;
    if (read_header()) {
      if (is_absurd(file_.output_height, file_.output_width)) {
        image.damage = fmt::format("{} x {} pixels", file_.output_width, file_.output_height);
        return image;
      }
      image.rgb.create(static_cast<int>(file_.output_height), static_cast<int>(file_.output_width), CV_8UC3);
      if (components() == 4) inks_.create(1, image.rgb.cols, CV_8UC4);
    }
    if (image.rgb.empty() || !read_pixels(image.rgb.data, image.rgb.step, inks_.data)) {
      if (messages_.out_of_memory) throw std::bad_alloc();
      image.rgb.release();
      image.damage = messages_.damage.data();
    }
    image.warnings = messages_.all_warnings();
    return image;
  }

 private:
  static JpegDecoder& of(j_common_ptr file) { return *static_cast<JpegDecoder*>(file->client_data); }
  int components() const { return file_.out_color_components; }

  // The two steps below are all that libjpeg's jumps cross: they and what they call have no object with a destructor.

  bool read_header() {
    if (setjmp(back_) != 0) return false;
    jpeg_create_decompress(&file_);
    jpeg_mem_src(&file_, bytes_.data(), static_cast<unsigned long>(bytes_.size()));
    jpeg_read_header(&file_, TRUE);
    // Four components are inks, which libjpeg does not turn into colours.
    file_.out_color_space = file_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    file_.out_color_components = file_.num_components == 4 ? 4 : 3;
    jpeg_calc_output_dimensions(&file_);
    return true;
  }

  bool read_pixels(std::uint8_t* pixels, std::size_t step, std::uint8_t* inks) {
    if (setjmp(back_) != 0) return false;
    jpeg_start_decompress(&file_);
    while (file_.output_scanline < file_.output_height) {
      std::uint8_t* const row = pixels + file_.output_scanline * step;
      JSAMPROW target = inks == nullptr ? row : inks;
      jpeg_read_scanlines(&file_, &target, 1);
      if (inks != nullptr) inks_to_rgb(inks, row, file_.output_width);
    }
    jpeg_finish_decompress(&file_);
    return true;
  }

  /// Inks are stored as what they leave of the light, as OpenCV and Pillow take them.
  static void inks_to_rgb(const std::uint8_t* inks, std::uint8_t* rgb, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t c = 0; c < 3; ++c) {
        const int key = inks[4 * i + 3], ink = inks[4 * i + c];
        rgb[3 * i + c] = static_cast<std::uint8_t>(key - ((255 - ink) * key >> 8));
      }
  }

  [[noreturn]] void fail(j_common_ptr file) {
    char text[JMSG_LENGTH_MAX];
    errors_.format_message(file, text);
    messages_.out_of_memory = errors_.msg_code == JERR_OUT_OF_MEMORY;
    messages_.fail(text);
    std::longjmp(back_, 1);
  }

  void warn(j_common_ptr file) {
    if (is_damage()) fail(file);
    char text[JMSG_LENGTH_MAX];
    errors_.format_message(file, text);
    messages_.warn(text);
  }

  /// Warnings after which pixels are guesses. The others concern the file around them: unknown revisions of its
  /// headers, parameters that this kind of file does not use, bytes between headers.
  bool is_damage() const {
    switch (errors_.msg_code) {
      case JWRN_HIT_MARKER:
      case JWRN_JPEG_EOF:
      case JWRN_HUFF_BAD_CODE:
#if JPEG_LIB_VERSION >= 70 || defined(C_ARITH_CODING_SUPPORTED) || defined(D_ARITH_CODING_SUPPORTED)
      case JWRN_ARITH_BAD_CODE:
#endif
      case JWRN_MUST_RESYNC:
      case JWRN_BOGUS_PROGRESSION:
        return true;
      case JWRN_EXTRANEOUS_DATA:
        // Pixels were complete before their data ended: the codes were not those that were written. Up to three bytes
        // come from encoders that fill up the last word.
        return file_.input_scan_number > 0 && errors_.msg_parm.i[0] > 3;
      default:
        return false;
    }
  }

  std::span<const std::uint8_t> bytes_;
  jpeg_decompress_struct file_{};
  jpeg_error_mgr errors_{};
  std::jmp_buf back_;
  DecoderMessages messages_;
  cv::Mat inks_;
};

}  // namespace qcs::detail
