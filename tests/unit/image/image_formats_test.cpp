// SPDX-License-Identifier: MIT
//
// Formats take different ways through the decoders; all of them end in the same order of colours, rows and columns.

#include <boost/test/unit_test.hpp>
#include <qcs/image/read.hpp>
#include <string>

#include "../data/support.hpp"

BOOST_FIXTURE_TEST_SUITE(image_formats, support::TemporaryFolder)

BOOST_AUTO_TEST_CASE(every_format_gives_red_green_blue_where_they_were) {
  // Four flat quarters, large enough for JPEG's blocks, and no two channels alike.
  const cv::Vec3b quarters[2][2]{{{200, 100, 50}, {30, 60, 220}}, {{90, 210, 140}, {250, 20, 120}}};
  cv::Mat bgr(64, 96, CV_8UC3);
  for (int y = 0; y < bgr.rows; ++y)
    for (int x = 0; x < bgr.cols; ++x) {
      const auto& rgb = quarters[y / 32][x / 48];
      bgr.at<cv::Vec3b>(y, x) = {rgb[2], rgb[1], rgb[0]};
    }
  for (const std::string format : {"png", "bmp", "jpg", "jpeg", "ppm", "tiff", "webp"}) {
    const auto file = *this / ("image." + format);
    if (!cv::haveImageWriter(file.string())) continue;
    BOOST_REQUIRE(cv::imwrite(file.string(), bgr));
    const int off = format == "jpg" || format == "jpeg" || format == "webp" ? 4 : 0;  // lossy
    const cv::Mat found = qcs::read_rgb(file);
    BOOST_REQUIRE((found.type() == CV_8UC3 && found.size() == bgr.size()));
    for (const int y : {8, 56})
      for (const int x : {8, 88})
        for (int c = 0; c < 3; ++c)
          BOOST_TEST(std::abs(found.at<cv::Vec3b>(y, x)[c] - quarters[y / 32][x / 48][c]) <= off,
                     format << " at " << y << ", " << x << ", channel " << c);
  }
}

BOOST_AUTO_TEST_SUITE_END()
