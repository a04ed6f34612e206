// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <opencv2/core.hpp>
#include <qcs/infer/explain/map_over_picture.hpp>

BOOST_AUTO_TEST_SUITE(map_over_picture)

BOOST_AUTO_TEST_CASE(the_seen_part_is_the_middle_of_the_resized_picture) {
  // A picture of the size that it is resized to stays as it is, so the cut shows.
  cv::Mat picture(256, 256, CV_8UC3, cv::Scalar(0, 0, 0));
  picture(cv::Rect(16, 16, 224, 224)).setTo(cv::Scalar(10, 20, 30));
  qcs::Preprocessing preprocessing;
  preprocessing.resize = 256;
  const cv::Mat seen = qcs::seen_part(picture, preprocessing);
  BOOST_REQUIRE(seen.size() == cv::Size(224, 224) && seen.type() == CV_8UC3);
  BOOST_TEST(cv::norm(seen, cv::Mat(224, 224, CV_8UC3, cv::Scalar(10, 20, 30)), cv::NORM_INF) == 0);
  BOOST_TEST((qcs::seen_part(cv::Mat(48, 60, CV_8UC1, cv::Scalar(7)), preprocessing).size() == cv::Size(224, 224)));
}

BOOST_AUTO_TEST_CASE(a_map_is_a_matrix_of_its_own) {
  auto map = torch::arange(6, torch::kFloat32).view({2, 3});
  const cv::Mat turned = qcs::map_matrix(map.t());
  map.zero_();
  BOOST_REQUIRE(turned.size() == cv::Size(2, 3) && turned.type() == CV_32FC1);
  BOOST_TEST(turned.at<float>(0, 1) == 3);
  BOOST_TEST(turned.at<float>(2, 0) == 2);
}

BOOST_AUTO_TEST_SUITE_END()
