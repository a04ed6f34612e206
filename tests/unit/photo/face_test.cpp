// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <qcs/infer/face/cut_face.hpp>
#include <qcs/infer/face/haar_detector.hpp>
#include <qcs/infer/face/yunet_detector.hpp>

#include "../io/support.hpp"

using namespace qcs;

namespace {

/// A picture whose blue and green tell the place: x and y.
cv::Mat places(int cols, int rows) {
  cv::Mat picture(rows, cols, CV_8UC3);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < cols; ++x)
      picture.at<cv::Vec3b>(y, x) = {static_cast<unsigned char>(x), static_cast<unsigned char>(y), 7};
  return picture;
}

cv::Point place_of(const cv::Vec3b& pixel) { return {pixel[0], pixel[1]}; }

constexpr FaceTemplate kTemplate{{{.3, .35}, {.7, .35}, {.5, .6}, {.35, .8}, {.65, .8}}};

}  // namespace

BOOST_AUTO_TEST_CASE(a_box_is_cut_as_a_square_with_its_margin) {
  const auto picture = places(200, 150);
  const auto plain = cut_face(picture, {.box = {50, 40, 60, 40}});
  BOOST_TEST(plain.size() == cv::Size(60, 60));
  BOOST_TEST(place_of(plain.at<cv::Vec3b>(0, 0)) == cv::Point(50, 30));
  const auto wide = cut_face(picture, {.box = {50, 40, 40, 40}}, {.margin = .25});
  BOOST_TEST(wide.size() == cv::Size(60, 60));
  BOOST_TEST(place_of(wide.at<cv::Vec3b>(0, 0)) == cv::Point(40, 30));
  BOOST_TEST(cut_face(picture, {.box = {50, 40, 40, 40}}, {.margin = -.25}).size() == cv::Size(20, 20));
}

BOOST_AUTO_TEST_CASE(beyond_the_picture_its_border_goes_on) {
  const auto picture = places(200, 150);
  const auto corner = cut_face(picture, {.box = {-10, -20, 40, 40}});
  BOOST_TEST(corner.size() == cv::Size(40, 40));
  BOOST_TEST(place_of(corner.at<cv::Vec3b>(0, 0)) == cv::Point(0, 0));
  BOOST_TEST(place_of(corner.at<cv::Vec3b>(39, 39)) == cv::Point(29, 19));
  const auto outside = cut_face(picture, {.box = {500, 500, 30, 30}});
  BOOST_TEST(outside.size() == cv::Size(30, 30));
  BOOST_TEST(place_of(outside.at<cv::Vec3b>(15, 15)) == cv::Point(199, 149));
  BOOST_TEST(cut_face(picture, {.box = {5, 5, 0, 0}}).size() == cv::Size(1, 1));
  BOOST_TEST(cut_face(picture, {.box = {0, 0, 1e30F, 1e30F}}).cols <= 400);
}

BOOST_AUTO_TEST_CASE(points_come_to_lie_where_the_template_has_them) {
  const auto picture = places(250, 250);
  for (const double angle : {0., .5, -1.2}) {
    Face face{.points = FacePoints{}};
    constexpr double kSide = 80;
    for (std::size_t i = 0; i < 5; ++i) {
      const double x = kSide * (kTemplate[i][0] - .5), y = kSide * (kTemplate[i][1] - .5);
      (*face.points)[i] = cv::Point2f(static_cast<float>(120 + x * std::cos(angle) - y * std::sin(angle)),
                                      static_cast<float>(110 + x * std::sin(angle) + y * std::cos(angle)));
    }
    const auto cut = cut_face(picture, face, {.points = kTemplate});
    BOOST_REQUIRE(cut.size() == cv::Size(80, 80));
    for (std::size_t i = 0; i < 5; ++i) {
      const auto found =
          place_of(cut.at<cv::Vec3b>(cvRound(kSide * kTemplate[i][1]), cvRound(kSide * kTemplate[i][0])));
      BOOST_TEST(cv::norm(cv::Point2f(found) - (*face.points)[i]) < 1.5);
    }
  }
  BOOST_TEST(cut_face(picture, {.box = {50, 40, 60, 60}}, {.points = kTemplate}).size() == cv::Size(60, 60));
}

BOOST_AUTO_TEST_CASE(a_grid_of_yunet_becomes_faces) {
  constexpr int kPlaces = 12;  // 4 x 3 of stride 8
  detail::YunetGrid grid{cv::Mat::zeros(kPlaces, 1, CV_32F), cv::Mat::ones(kPlaces, 1, CV_32F),
                         cv::Mat::zeros(kPlaces, 4, CV_32F), cv::Mat::zeros(kPlaces, 10, CV_32F)};
  grid.classes.at<float>(6) = .81F;  // second row, third column
  grid.boxes.at<float>(6, 0) = .5F;
  grid.boxes.at<float>(6, 2) = std::log(2.F);
  grid.points.at<float>(6, 9) = 1;
  grid.classes.at<float>(7) = 1;
  grid.boxes.at<float>(7, 2) = 1000;  // no size
  std::vector<Face> faces;
  detail::add_yunet_faces(grid, {32, 24}, 8, .6F, faces);
  BOOST_REQUIRE(faces.size() == 1u);
  BOOST_TEST(faces[0].score == .9F, boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(cv::norm(cv::Point2f(faces[0].box.x, faces[0].box.y) - cv::Point2f(12, 4)) < 1e-4);
  BOOST_TEST(cv::norm(cv::Point2f(faces[0].box.br()) - cv::Point2f(28, 12)) < 1e-4);
  BOOST_TEST((*faces[0].points)[4] == cv::Point2f(16, 16));

  auto near = faces[0];
  near.score = .95F;
  near.box.x += 1;
  faces.push_back(near);
  const auto kept = without_overlaps(faces, .3F);
  BOOST_REQUIRE(kept.size() == 1u);
  BOOST_TEST(kept[0].score == .95F);
}

BOOST_AUTO_TEST_CASE(of_boxes_that_overlap_the_surest_is_kept) {
  const auto face = [](float x, float score) { return Face{.box = {x, 0, 10, 10}, .score = score}; };
  const auto kept = without_overlaps({face(0, -3), face(4, -2), face(10.5F, -4), face(40, 7)}, .3F);
  BOOST_REQUIRE(kept.size() ==
                3u);  // scores of cascades may be negative; 0 and 4 overlap by 6 / 14, 4 and 10.5 by 3.5 / 16.5
  BOOST_TEST(kept[0].score == 7);
  BOOST_TEST(kept[1].score == -2);
  BOOST_TEST(kept[2].score == -4);
  BOOST_TEST(without_overlaps({}, .3F).empty());
}

BOOST_AUTO_TEST_CASE(files_that_are_no_detectors_are_refused) {
  const test::TemporaryFile file("no model", "detector");
  const auto says = [&](const char* text) {
    return [&file, text](const ConfigError& error) {
      const std::string message = error.what();
      return message.find(text) != std::string::npos && message.find(file.path().string()) != std::string::npos;
    };
  };
  BOOST_CHECK_EXCEPTION(HaarDetector({.cascade = file.path()}), ConfigError, says("cannot be read as a cascade"));
  BOOST_CHECK_EXCEPTION(YunetDetector(file.path()), ConfigError, says("cannot be read as a YuNet"));
  std::filesystem::remove(file.path());
  BOOST_CHECK_EXCEPTION(YunetDetector(file.path()), ConfigError, says("no face detector at"));
}
