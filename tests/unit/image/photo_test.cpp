// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/image/photo.hpp>
#include <string>
#include <vector>

using namespace qcs;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A TIFF directory with one entry before Orientation.
Bytes tiff(int orientation, bool little) {
  Bytes bytes = little ? Bytes{'I', 'I', 42, 0} : Bytes{'M', 'M', 0, 42};
  const auto number = [&](std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i)
      bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (little ? i : width - 1 - i)));
  };
  number(8, 4);
  number(2, 2);
  for (const auto& [tag, value] : {std::pair{0x0100, 9}, std::pair{0x0112, orientation}}) {
    number(static_cast<std::uint32_t>(tag), 2);
    number(3, 2);
    number(1, 4);
    number(static_cast<std::uint32_t>(value), 2);
    number(0, 2);
  }
  number(0, 4);
  return bytes;
}

cv::Mat scene() {
  cv::Mat bgr(48, 64, CV_8UC3, cv::Scalar(40, 80, 120));
  cv::rectangle(bgr, {0, 0, 16, 8}, {250, 250, 250}, cv::FILLED);
  cv::rectangle(bgr, {48, 24, 16, 24}, {10, 200, 10}, cv::FILLED);
  return bgr;
}

Bytes jpeg(const Bytes& exif) {
  Bytes bytes;
  BOOST_REQUIRE(cv::imencode(".jpg", scene(), bytes));
  Bytes segment{0xFF, 0xE1, 0, static_cast<std::uint8_t>(exif.size() + 8), 'E', 'x', 'i', 'f', 0, 0};
  segment.insert(segment.end(), exif.begin(), exif.end());
  bytes.insert(bytes.begin() + 2, segment.begin(), segment.end());
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_CASE(photos_are_turned_as_their_exif_data_say) {
  for (const bool little : {true, false})
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const auto bytes = jpeg(tiff(orientation, little));
      BOOST_TEST(exif_orientation(bytes) == orientation);
      const auto found = decode_photo(bytes, "photo.jpg");
      const auto wanted = cv::imdecode(bytes, cv::IMREAD_COLOR);  // OpenCV turns them too
      BOOST_REQUIRE(found.size() == wanted.size());
      BOOST_TEST(cv::norm(found, wanted, cv::NORM_L1) / static_cast<double>(3 * found.total()) < 2);
      BOOST_TEST(decode_rgb(bytes, "photo.jpg").size() == cv::Size(64, 48));
    }
}

BOOST_AUTO_TEST_CASE(a_png_may_say_so_too) {
  Bytes bytes;
  BOOST_REQUIRE(cv::imencode(".png", scene(), bytes));
  const auto exif = tiff(6, true);
  Bytes chunk{0, 0, 0, static_cast<std::uint8_t>(exif.size()), 'e', 'X', 'I', 'f'};
  chunk.insert(chunk.end(), exif.begin(), exif.end());
  chunk.insert(chunk.end(), 4, 0);  // its checksum, which nobody looks at
  auto turned = bytes;
  turned.insert(turned.begin() + 33, chunk.begin(), chunk.end());
  BOOST_TEST(exif_orientation(turned) == 6);
  BOOST_TEST(exif_orientation(bytes) == 1);
}

BOOST_AUTO_TEST_CASE(exif_data_of_any_bytes_are_taken) {
  for (const int orientation : {0, 9, 65535}) BOOST_TEST(exif_orientation(jpeg(tiff(orientation, true))) == 1);
  const auto whole = jpeg(tiff(6, false));
  for (std::size_t size = 0; size < 120; ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const int orientation = exif_orientation(cut);
    BOOST_TEST((orientation == 1 || orientation == 6));
  }
  for (std::size_t at = 2; at < 60; ++at) {
    auto changed = whole;
    changed[at] = 0xFF;
    const int orientation = exif_orientation(changed);
    BOOST_TEST((orientation >= 1 && orientation <= 8));
  }
}
