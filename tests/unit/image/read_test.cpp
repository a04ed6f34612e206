// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>

#include <qcs/image/read.hpp>

#include "../data/support.hpp"

namespace {

using support::message_of;
using support::TemporaryFolder;

std::string encoded(const char* format, const cv::Mat& image) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(format, image, bytes);
  return {bytes.begin(), bytes.end()};
}

BOOST_FIXTURE_TEST_SUITE(image_io, TemporaryFolder)

BOOST_AUTO_TEST_CASE(colours_come_in_the_order_red_green_blue) {
  cv::imwrite((*this / "i.png").string(), cv::Mat(2, 3, CV_8UC3, cv::Scalar(10, 20, 30)));  // blue, green, red
  const cv::Mat rgb = qcs::read_rgb(*this / "i.png");
  BOOST_TEST(rgb.rows == 2);
  BOOST_TEST(rgb.cols == 3);
  BOOST_TEST((rgb.at<cv::Vec3b>(1, 2) == cv::Vec3b(30, 20, 10)));
}

BOOST_AUTO_TEST_CASE(grey_images_get_three_equal_channels) {
  cv::imwrite((*this / "i.png").string(), cv::Mat(4, 4, CV_8UC1, cv::Scalar(77)));
  const cv::Mat rgb = qcs::read_rgb(*this / "i.png");
  BOOST_TEST(rgb.type() == CV_8UC3);
  BOOST_TEST((rgb.at<cv::Vec3b>(0, 0) == cv::Vec3b(77, 77, 77)));
}

BOOST_AUTO_TEST_CASE(bad_files_are_named) {
  const auto missing = (*this / "missing.png").string();
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::read_rgb(missing); }) == missing + ": cannot open this image");
  const auto empty = write("empty.png", "").string();
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::read_rgb(empty); }) == empty + ": the image file is empty");
  const auto text = write("text.png", "not an image").string();
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::read_rgb(text); }) ==
             text + ": not an image in a format that is read, or damaged: it starts with `not an image`");
  BOOST_CHECK_THROW(qcs::read_rgb(path()), qcs::DataError);
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_jpeg_is_noticed) {
  for (const bool progressive : {false, true}) {
    std::vector<std::uint8_t> bytes;
    cv::imencode(".jpg", support::picture(3), bytes, {cv::IMWRITE_JPEG_PROGRESSIVE, progressive ? 1 : 0});
    const std::string whole(bytes.begin(), bytes.end());
    BOOST_CHECK_NO_THROW(qcs::read_rgb(write("whole.jpg", whole)));
    BOOST_CHECK_NO_THROW(qcs::read_rgb(write("padded.jpg", whole + std::string(7, '\0'))));
    for (std::size_t size = 1; size < whole.size(); size += 1 + size / 16)
      BOOST_CHECK_THROW(qcs::read_rgb(write("cut.jpg", whole.substr(0, size))), qcs::DataError);
    BOOST_CHECK_THROW(qcs::read_rgb(write("cut.jpg", whole.substr(0, whole.size() - 1))), qcs::DataError);
  }
}

BOOST_AUTO_TEST_CASE(a_huge_image_is_refused_before_it_is_decoded) {
  std::string jpeg = encoded(".jpg", support::picture(1));
  const std::size_t header = jpeg.find("\xFF\xC0");
  jpeg.replace(header + 5, 4, "\xFF\xFF\xFF\xFF");  // height and width
  const auto file = write("huge.jpg", jpeg);
  BOOST_TEST(support::message_of<qcs::DataError>([&] { qcs::read_rgb(file); }).find("says 65535 x 65535 pixels") !=
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
