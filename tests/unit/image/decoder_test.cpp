// SPDX-License-Identifier: MIT
//
// JPEG and PNG are decoded by libjpeg and libpng themselves, so that damage is told from whole files and nothing is
// printed. Pixels must be those of OpenCV, which calls the same libraries.

#include <png.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
// libjpeg's header uses what the one above declares.
#include <jpeglib.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <qcs/image/read.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "../data/support.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;
using support::message_of;

cv::Mat as_opencv_reads(const Bytes& bytes) {
  cv::Mat image = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  BOOST_REQUIRE(!image.empty());
  qcs::detail::swap_red_and_blue(image);
  return image;
}

void check_equal(const Bytes& bytes, const std::string& what) {
  std::vector<std::string> warnings;
  const cv::Mat image = qcs::decode_rgb(bytes, what, &warnings), expected = as_opencv_reads(bytes);
  BOOST_TEST((image.size() == expected.size() && image.type() == CV_8UC3), what);
  BOOST_TEST(cv::norm(image, expected, cv::NORM_INF) == 0, what);
  BOOST_TEST(warnings.empty(), what);
}

struct JpegForm {
  std::string what{};
  int components = 3;
  J_COLOR_SPACE from = JCS_RGB, stored = JCS_YCbCr;
  int sampling = 2;  ///< of the first component, both ways
  bool progressive = false, arithmetic = false;
  unsigned restart = 0;
};

Bytes jpeg(const JpegForm& form, int rows = 61, int cols = 47) {
  jpeg_compress_struct file{};
  jpeg_error_mgr errors{};
  file.err = jpeg_std_error(&errors);
  jpeg_create_compress(&file);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&file, &data, &size);
  file.image_width = static_cast<JDIMENSION>(cols);
  file.image_height = static_cast<JDIMENSION>(rows);
  file.input_components = form.components;
  file.in_color_space = form.from;
  jpeg_set_defaults(&file);
  jpeg_set_colorspace(&file, form.stored);
  jpeg_set_quality(&file, 85, TRUE);
  file.comp_info[0].h_samp_factor = file.comp_info[0].v_samp_factor = form.sampling;
  file.restart_interval = form.restart;
  file.arith_code = form.arithmetic ? TRUE : FALSE;
  if (form.progressive) jpeg_simple_progression(&file);
  jpeg_start_compress(&file, TRUE);
  std::vector<std::uint8_t> row(static_cast<std::size_t>(cols * form.components));
  for (int y = 0; y < rows; ++y) {
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = static_cast<std::uint8_t>((i * 7 + static_cast<std::size_t>(y) * (i % 3 + 2) * 3) & 255);
    JSAMPROW start = row.data();
    jpeg_write_scanlines(&file, &start, 1);
  }
  jpeg_finish_compress(&file);
  jpeg_destroy_compress(&file);
  Bytes bytes(data, data + size);
  std::free(data);
  return bytes;
}

struct PngForm {
  std::string what{};
  int colour = PNG_COLOR_TYPE_RGB, bits = 8;
  bool interlaced = false, transparent = false;
};

Bytes png(const PngForm& form, unsigned rows = 61, unsigned cols = 47) {
  Bytes bytes;
  png_structp file = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(file);
  png_set_write_fn(
      file, &bytes,
      [](png_structp of, png_bytep data, std::size_t size) {
        auto& to = *static_cast<Bytes*>(png_get_io_ptr(of));
        to.insert(to.end(), data, data + size);
      },
      nullptr);
  png_set_IHDR(file, info, cols, rows, form.bits, form.colour, form.interlaced ? PNG_INTERLACE_ADAM7 : 0, 0, 0);
  if (form.colour == PNG_COLOR_TYPE_PALETTE) {
    std::vector<png_color> palette(std::size_t{1} << form.bits);
    for (std::size_t i = 0; i < palette.size(); ++i)
      palette[i] = {static_cast<png_byte>(i * 37), static_cast<png_byte>(255 - i), static_cast<png_byte>(i * 11)};
    png_set_PLTE(file, info, palette.data(), static_cast<int>(palette.size()));
  }
  png_byte alphas[2]{10, 200};
  png_color_16 clear{0, 1, 1, 1, 1};
  if (form.transparent) png_set_tRNS(file, info, alphas, 2, form.colour == PNG_COLOR_TYPE_PALETTE ? nullptr : &clear);
  png_set_gAMA(file, info, 0.7);
  png_write_info(file, info);
  const int passes = png_set_interlace_handling(file);
  std::vector<png_byte> row(png_get_rowbytes(file, info));
  for (int pass = 0; pass < passes; ++pass)
    for (unsigned y = 0; y < rows; ++y) {
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<png_byte>((i * 5 + y * 3 + i * y) & 255);
      png_write_row(file, row.data());
    }
  png_write_end(file, info);
  png_destroy_write_struct(&file, &info);
  return bytes;
}

/// A chunk whose checksum is right.
Bytes png_chunk(const std::string& name, const std::string& content) {
  const std::string body = name + content;
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : body) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
  }
  Bytes chunk;
  const auto big = [&](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) chunk.push_back(static_cast<std::uint8_t>(value >> shift));
  };
  big(static_cast<std::uint32_t>(content.size()));
  chunk.insert(chunk.end(), body.begin(), body.end());
  big(~crc);
  return chunk;
}

Bytes with_inserted(Bytes bytes, std::ptrdiff_t at, const Bytes& more) {
  bytes.insert(bytes.begin() + at, more.begin(), more.end());
  return bytes;
}

/// Where the scan's data starts.
std::ptrdiff_t scan_data(const Bytes& bytes) {
  const std::uint8_t marker[]{0xFF, 0xDA};
  const auto found = std::search(bytes.begin(), bytes.end(), marker, marker + 2) - bytes.begin();
  return found + 2 + bytes.at(static_cast<std::size_t>(found) + 3);
}

std::string damage(const Bytes& bytes) {
  return message_of<qcs::DataError>([&] { qcs::decode_rgb(bytes, "face.jpg"); });
}

std::vector<std::string> warnings_of(const Bytes& bytes, const std::string& name) {
  std::vector<std::string> warnings;
  BOOST_TEST(!qcs::decode_rgb(bytes, name, &warnings).empty());
  return warnings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder)

BOOST_AUTO_TEST_CASE(jpeg_pixels_are_those_of_opencv) {
  for (const JpegForm& form :
       {JpegForm{"4:2:0"}, JpegForm{.what = "4:4:4", .sampling = 1},
        JpegForm{.what = "progressive", .progressive = true}, JpegForm{.what = "restarts", .restart = 2},
        JpegForm{.what = "arithmetic", .arithmetic = true},
        JpegForm{.what = "grey", .components = 1, .from = JCS_GRAYSCALE, .stored = JCS_GRAYSCALE, .sampling = 1},
        JpegForm{.what = "rgb", .stored = JCS_RGB, .sampling = 1},
        JpegForm{.what = "cmyk", .components = 4, .from = JCS_CMYK, .stored = JCS_CMYK, .sampling = 1},
        JpegForm{.what = "ycck", .components = 4, .from = JCS_CMYK, .stored = JCS_YCCK},
        JpegForm{.what = "progressive grey",
        .components = 1,
        .from = JCS_GRAYSCALE,
        .stored = JCS_GRAYSCALE,
        .sampling = 1,
        .progressive = true}})
    for (const auto& [rows, cols] : {std::pair{61, 47}, {1, 1}, {16, 16}, {3, 200}})
      check_equal(jpeg(form, rows, cols), form.what);
}

BOOST_AUTO_TEST_CASE(png_pixels_are_those_of_opencv) {
  for (const bool interlaced : {false, true})
    for (const bool transparent : {false, true})
      for (const auto& [colour, depths] : {std::pair{PNG_COLOR_TYPE_GRAY, std::vector{1, 2, 4, 8, 16}},
                                           {PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}},
                                           {PNG_COLOR_TYPE_RGB, {8, 16}},
                                           {PNG_COLOR_TYPE_GRAY_ALPHA, {8, 16}},
                                           {PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}}})
        for (const int bits : depths) {
          if (transparent && (colour & PNG_COLOR_MASK_ALPHA) != 0) continue;
          check_equal(
              png({.colour = colour, .bits = bits, .interlaced = interlaced, .transparent = transparent}),
              fmt::format("colour {} bits {} interlaced {} transparent {}", colour, bits, interlaced, transparent));
        }
}

BOOST_AUTO_TEST_CASE(damaged_jpeg_data_is_named) {
  const Bytes whole = jpeg({}, 200, 200);
  const auto start = scan_data(whole), size = static_cast<std::ptrdiff_t>(whole.size());
  const auto middle = start + (size - start) / 2;
  Bytes zeros = whole;
  std::fill(zeros.begin() + middle, zeros.begin() + middle + (size - middle) / 2, std::uint8_t{0});
  BOOST_TEST(damage(zeros).starts_with("face.jpg: the JPEG cannot be decoded: Corrupt JPEG data"), damage(zeros));
  Bytes zeros_to_end = whole;
  std::fill(zeros_to_end.begin() + middle, zeros_to_end.end() - 2, std::uint8_t{0});
  damage(zeros_to_end);
  Bytes cut(whole.begin(), whole.begin() + middle);
  cut.insert(cut.end(), {0xFF, 0xD9});
  BOOST_TEST(damage(cut).find("premature end of data segment") != std::string::npos, damage(cut));
  Bytes ones = whole;
  std::fill(ones.begin() + middle, ones.begin() + middle + 8, std::uint8_t{0xFE});
  damage(ones);
  Bytes lost(whole.begin(), whole.begin() + middle);
  lost.insert(lost.end(), whole.begin() + middle + 40, whole.end());
  damage(lost);

  const Bytes restarts = jpeg({.what = "", .restart = 3}, 200, 200);
  const auto marker = std::find_if(restarts.begin() + scan_data(restarts), restarts.end() - 1,
                                   [&](const std::uint8_t& b) { return b == 0xFF && (&b)[1] == 0xD3; });
  BOOST_REQUIRE(marker != restarts.end() - 1);
  Bytes wrong = restarts;
  wrong[static_cast<std::size_t>(marker - restarts.begin()) + 1] = 0xD6;
  BOOST_TEST(damage(wrong).find("instead of RST3") != std::string::npos, damage(wrong));
}

BOOST_AUTO_TEST_CASE(what_leaves_the_pixels_whole_is_a_warning_or_nothing) {
  const Bytes whole = jpeg({});
  const cv::Mat pixels = qcs::decode_rgb(whole, "");
  const auto size = static_cast<std::ptrdiff_t>(whole.size());
  const auto trailing = with_inserted(whole, size, {'P', 'h', 'o', 't', 'o', 0, 0xFF, 0xD9});
  BOOST_TEST(warnings_of(trailing, "a.jpg").empty());
  Bytes revision = whole;
  revision[11] = 9;  // JFIF's major revision
  BOOST_REQUIRE(warnings_of(revision, "a.jpg").size() == 1U);
  BOOST_TEST(warnings_of(revision, "a.jpg")[0].starts_with("a.jpg: JPEG decoder: Warning: unknown JFIF revision"));
  BOOST_TEST(cv::norm(qcs::decode_rgb(revision, ""), pixels, cv::NORM_INF) == 0);
  const auto headers = with_inserted(whole, 20, {0, 0, 0, 0, 0});  // between the JFIF header and the next one
  BOOST_REQUIRE(warnings_of(headers, "a.jpg").size() == 1U);
  BOOST_TEST(warnings_of(headers, "a.jpg")[0].find("5 extraneous bytes before marker") != std::string::npos);

  const Bytes picture = png({});
  const auto profile =
      with_inserted(picture, 33, png_chunk("iCCP", "icc" + std::string(2, '\0') + "no profile at all"));
  BOOST_REQUIRE(!warnings_of(profile, "a.png").empty());
  BOOST_TEST(warnings_of(profile, "a.png")[0].starts_with("a.png: PNG decoder: iCCP: "),
             warnings_of(profile, "a.png")[0]);
  BOOST_TEST(cv::norm(qcs::decode_rgb(profile, ""), qcs::decode_rgb(picture, ""), cv::NORM_INF) == 0);
}

BOOST_AUTO_TEST_CASE(every_changed_byte_of_png_pixels_is_named) {
  const Bytes whole = png({}, 9, 9);
  const std::string name("IDAT");
  const auto start = std::search(whole.begin(), whole.end(), name.begin(), name.end()) - whole.begin();
  for (std::size_t at = static_cast<std::size_t>(start); at + 12 < whole.size(); ++at) {
    Bytes changed = whole;
    changed[at] ^= 0x10;
    BOOST_CHECK_THROW(qcs::decode_rgb(changed, "a.png"), qcs::DataError);
  }
}

BOOST_AUTO_TEST_CASE(programs_keep_decoders_off_the_console) {
  std::ostringstream written;
  auto* const before = std::cerr.rdbuf(written.rdbuf());
  {
    const qcs::QuietDecoders quiet;
    Bytes ppm;
    cv::imencode(".ppm", support::picture(1), ppm);
    ppm.resize(ppm.size() / 2);
    BOOST_CHECK_THROW(qcs::decode_rgb(ppm, "a.ppm"), qcs::DataError);
    std::cerr << "something else" << 7 << std::flush;
  }
  std::cerr.rdbuf(before);
  BOOST_TEST(written.str() == "something else7");
}

BOOST_AUTO_TEST_SUITE_END()
