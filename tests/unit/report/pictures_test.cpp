// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <qcs/report/confusion_picture.hpp>
#include <qcs/report/loss_curve.hpp>
#include <qcs/report/plot.hpp>
#include <string>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

using namespace qcs::test;

namespace {

/// Pixels of a picture that are not white.
int inked(const cv::Mat& picture) {
  cv::Mat grey;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  return cv::countNonZero(grey < 250);
}

/// Pixels within a few levels of `ink`.
int coloured(const cv::Mat& picture, const cv::Scalar& ink) {
  cv::Mat near;
  cv::inRange(picture, ink - cv::Scalar::all(12), ink + cv::Scalar::all(12), near);
  return cv::countNonZero(near);
}

bool margins_white(const cv::Mat& picture) {
  const cv::Mat left = picture.col(0), right = picture.col(picture.cols - 1);
  return inked(picture.row(0)) + inked(picture.row(picture.rows - 1)) + inked(left) + inked(right) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pictures)

BOOST_AUTO_TEST_CASE(ticks_are_round) {
  BOOST_TEST(qcs::nice_ticks({0, 1}, 5) == (std::vector<double>{0, .2, .4, .6000000000000001, .8, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(qcs::nice_ticks({0, 3000}, 6) == (std::vector<double>{0, 500, 1000, 1500, 2000, 2500, 3000}),
             boost::test_tools::per_element());
  BOOST_TEST(qcs::nice_ticks({.5, 3.5}, 6, true) == (std::vector<double>{1, 2, 3}),
             boost::test_tools::per_element());
  const std::vector<double> around = qcs::nice_ticks({-.5, 2}, 5);
  BOOST_TEST(!std::signbit(around.at(1)));  // would print as -0
}

BOOST_AUTO_TEST_CASE(smoothing_keeps_constants_and_damps_noise, *boost::unit_test::tolerance(1e-12)) {
  for (double mean : qcs::detail::smooth({3, 3, 3, 3}, 10)) BOOST_TEST(mean == 3.);
  const std::vector<double> waves = qcs::detail::smooth({1, -1, 1, -1, 1, -1}, 4);
  BOOST_TEST(waves.front() == 1.);
  BOOST_TEST(std::abs(waves.back()) < .5);
  BOOST_TEST(qcs::detail::smooth({1, 2, 5}, 0) == (std::vector<double>{1, 2, 5}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(curves_show_every_series) {
  const TemporaryFolder folder;
  qcs::LossCurve curve(folder / "curves.png");
  replay(curve);
  const cv::Mat picture = cv::imread((folder / "curves.png").string());
  BOOST_TEST(picture.cols == 1200);
  BOOST_TEST(picture.rows == 460);
  BOOST_TEST(margins_white(picture));
  for (const cv::Scalar& ink :
       {qcs::detail::kTotalInk, qcs::detail::kBaseInk, qcs::detail::kCrossInk, qcs::detail::kEvalInk}) {
    BOOST_TEST(coloured(picture, ink) > 200);
  }
}

BOOST_AUTO_TEST_CASE(curves_of_little_or_odd_data_are_drawn) {
  std::vector<qcs::StepEvent> steps = {made_up_step(1)};
  std::vector<qcs::EpochEvent> epochs = {made_up_epoch(0)};
  BOOST_TEST(inked(qcs::draw_curves("none", {}, {})) > 1000);
  BOOST_TEST(inked(qcs::draw_curves("one", steps, epochs)) > 1000);
  steps.push_back(made_up_step(2));
  steps.back().loss = std::numeric_limits<double>::quiet_NaN();
  epochs[0].eval_loss = std::numeric_limits<double>::infinity();
  BOOST_TEST(inked(qcs::draw_curves("odd", steps, epochs)) > 1000);
}

BOOST_AUTO_TEST_CASE(confusion_is_darkest_where_the_share_is_highest) {
  qcs::ConfusionMatrix confusion(2);
  confusion.add(0, 0, 10);
  confusion.add(1, 0, 10);
  const cv::Mat picture = qcs::draw_confusion(confusion, {"a", "b"}, "two");
  const cv::Scalar full = qcs::colour(0x0B4A8F);
  const int half = picture.rows / 2;
  BOOST_TEST(coloured(picture.rowRange(0, half + 20), full) > 4000);
  BOOST_TEST(coloured(picture.rowRange(half + 20, picture.rows), full) > 4000);
  BOOST_TEST(margins_white(picture));
}

BOOST_AUTO_TEST_CASE(confusion_grows_with_classes_and_names) {
  const auto size = [](int classes, const std::vector<std::string>& names) {
    qcs::ConfusionMatrix confusion(classes);
    confusion.add(0, 0);
    const cv::Mat picture = qcs::draw_confusion(confusion, names, "title");
    BOOST_TEST(margins_white(picture));
    return picture.size();
  };
  const std::vector<std::string> eight = {"Neutral", "Happy",   "Surprise", "Sad",
                                          "Anger",   "Disgust", "Fear",     "Contempt"};
  BOOST_TEST(size(8, eight).width - size(7, eight).width >= 60);
  BOOST_TEST(size(2, {"a name far too long for a cell", "b"}).height > size(2, {"a", "b"}).height + 100);
  BOOST_TEST(size(3, {}).height > size(2, {}).height);  // numbers stand in for names
}

BOOST_AUTO_TEST_CASE(confusion_file_follows_the_run) {
  const TemporaryFolder folder;
  qcs::ConfusionPicture picture(folder / "confusion.png");
  replay(picture, 0, 1);
  const std::string early = bytes_of(folder / "confusion.png");
  BOOST_TEST(!early.empty());
  replay(picture, 1, 3);
  BOOST_TEST((bytes_of(folder / "confusion.png") != early));
}

BOOST_AUTO_TEST_SUITE_END()
