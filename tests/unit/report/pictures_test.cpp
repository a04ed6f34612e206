// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <qcs/report/draw/confusion_picture.hpp>
#include <qcs/report/draw/gate_curve.hpp>
#include <qcs/report/draw/loss_curve.hpp>
#include <qcs/report/draw/plot.hpp>
#include <string>
#include <vector>

#include "made_up_run.hpp"

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
  BOOST_TEST(qcs::report::nice_ticks({0, 1}, 5) == (std::vector<double>{0, .2, .4, .6000000000000001, .8, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(qcs::report::nice_ticks({0, 3000}, 6) == (std::vector<double>{0, 500, 1000, 1500, 2000, 2500, 3000}),
             boost::test_tools::per_element());
  BOOST_TEST(qcs::report::nice_ticks({.5, 3.5}, 6, true) == (std::vector<double>{1, 2, 3}),
             boost::test_tools::per_element());
  const std::vector<double> around = qcs::report::nice_ticks({-.5, 2}, 5);
  BOOST_TEST(!std::signbit(around.at(1)));  // would print as -0
}

BOOST_AUTO_TEST_CASE(smoothing_keeps_constants_and_damps_noise, *boost::unit_test::tolerance(1e-12)) {
  for (double mean : qcs::report::smooth({3, 3, 3, 3}, 10)) BOOST_TEST(mean == 3.);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (double mean : qcs::report::smooth({3, nan, 3, nan}, 2)) BOOST_TEST(mean == 3.);
  BOOST_TEST(std::isnan(qcs::report::smooth({nan}, 4).at(0)));
  for (double mean : qcs::report::smooth({1, -1, 1, -1, 1, -1}, 4)) BOOST_TEST(std::abs(mean) < .4);
  BOOST_TEST(qcs::report::smooth({1, 2, 5}, 0) == (std::vector<double>{1, 2, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(thinning_keeps_the_extremes) {
  std::vector<cv::Point2d> points;
  for (int i = 0; i < 100000; ++i) points.emplace_back(i, i == 777 ? 9 : i == 778 ? -9 : std::sin(.01 * i));
  points[5000].y = std::numeric_limits<double>::quiet_NaN();
  const auto kept = qcs::report::subsampled(points);
  BOOST_TEST(kept.size() <= 2000u);
  BOOST_TEST(kept.size() > 1900u);
  BOOST_TEST(std::ranges::count(kept, 9., &cv::Point2d::y) == 1);
  BOOST_TEST(std::ranges::count(kept, -9., &cv::Point2d::y) == 1);
  BOOST_TEST(std::ranges::is_sorted(kept, {}, &cv::Point2d::x));
}

BOOST_AUTO_TEST_CASE(curves_show_every_series) {
  qcs::RunHistory history;
  replay(history);
  const cv::Mat picture = qcs::report::draw_curves(history);
  BOOST_TEST(margins_white(picture));
  const cv::Mat losses = picture.colRange(0, 520), roles = picture.colRange(520, 1036),
                accuracies = picture.colRange(1036, picture.cols);
  using namespace qcs::report::detail;
  for (const cv::Scalar& ink : {kTrainInk, kEvalInk}) BOOST_TEST(coloured(losses, ink) > 60);
  for (const cv::Scalar& ink : {kTrainInk, kEvalInk, kBalancedInk}) BOOST_TEST(coloured(accuracies, ink) > 60);
  for (int role : {0, 1})
    for (const cv::Scalar& ink : {kRoleInks[role].first, kRoleInks[role].second}) BOOST_TEST(coloured(roles, ink) > 60);
}

BOOST_AUTO_TEST_CASE(a_topology_of_one_role_has_two_curves) {
  qcs::RunHistory history;
  replay(history);
  history.info.role_names = {"anchor"};
  const cv::Mat picture = qcs::report::draw_curves(history);
  BOOST_TEST(coloured(picture.colRange(520, 1036), qcs::report::detail::kRoleInks[0].second) > 200);
  BOOST_TEST(coloured(picture.colRange(520, 1036), qcs::report::detail::kRoleInks[1].second) == 0);
}

BOOST_AUTO_TEST_CASE(curves_of_little_or_odd_data_are_drawn) {
  qcs::RunHistory history;
  BOOST_TEST(inked(qcs::report::draw_curves(history)) > 1000);
  history.info = made_up_info();
  history.steps = {made_up_step(1)};
  BOOST_TEST(inked(qcs::report::draw_curves(history)) > 1000);
  history.epochs = {made_up_epoch(0)};
  BOOST_TEST(inked(qcs::report::draw_curves(history)) > 1000);
  history.steps.push_back(made_up_step(2));
  history.steps.back().loss = std::numeric_limits<double>::quiet_NaN();
  history.steps.back().roles.clear();
  history.epochs[0].eval_loss = std::numeric_limits<double>::infinity();
  history.epochs[0].accuracy = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(inked(qcs::report::draw_curves(history)) > 1000);
}

BOOST_AUTO_TEST_CASE(gates_are_drawn_where_there_are_some) {
  qcs::RunHistory history;
  BOOST_TEST(qcs::report::draw_gates(history).empty());
  history.epochs = {made_up_epoch(0), made_up_epoch(1)};
  history.epochs[1].gates[0] = -1;
  const cv::Mat picture = qcs::report::draw_gates(history);
  BOOST_TEST(margins_white(picture));
  for (unsigned ink : {0x1F5FA8u, 0xC0272Du, 0x2E9E5Bu})
    BOOST_TEST(coloured(picture, qcs::report::hex_colour(ink)) > 200);
  for (auto& epoch : history.epochs) epoch.gates.assign(3, 0);
  BOOST_TEST(inked(qcs::report::draw_gates(history)) > 1000);
  for (auto& epoch : history.epochs) epoch.gates.clear();
  BOOST_TEST(qcs::report::draw_gates(history).empty());
}

BOOST_AUTO_TEST_CASE(confusion_is_darkest_where_the_share_is_highest) {
  qcs::ConfusionMatrix confusion(2);
  confusion.add(0, 0, 10);
  confusion.add(1, 0, 10);
  const cv::Mat picture = qcs::report::draw_confusion(confusion, {"a", "b"}, "two");
  const cv::Scalar full = qcs::report::hex_colour(0x0B4A8F);
  const int half = picture.rows / 2;
  BOOST_TEST(coloured(picture.rowRange(0, half + 20), full) > 4000);
  BOOST_TEST(coloured(picture.rowRange(half + 20, picture.rows), full) > 4000);
  BOOST_TEST(margins_white(picture));
}

BOOST_AUTO_TEST_CASE(confusion_grows_with_classes_and_names) {
  const auto size = [](int classes, const std::vector<std::string>& names) {
    qcs::ConfusionMatrix confusion(classes);
    confusion.add(0, 0);
    const cv::Mat picture = qcs::report::draw_confusion(confusion, names, "title");
    BOOST_TEST(margins_white(picture));
    return picture.size();
  };
  const std::vector<std::string> eight = {"Neutral", "Happy",   "Surprise", "Sad",
                                          "Anger",   "Disgust", "Fear",     "Contempt"};
  BOOST_TEST(size(8, eight).width - size(7, eight).width >= 60);
  BOOST_TEST(size(2, {"a name far too long for a cell", "b"}).height > size(2, {"a", "b"}).height + 100);
  BOOST_TEST(size(3, {}).height > size(2, {}).height);  // numbers stand in for names
}

BOOST_AUTO_TEST_CASE(confusion_of_a_run_is_that_of_its_result) {
  const auto same = [](const cv::Mat& a, const cv::Mat& b) {
    return a.size() == b.size() && cv::countNonZero(a.reshape(1) != b.reshape(1)) == 0;
  };
  qcs::RunHistory history;
  BOOST_TEST(qcs::report::draw_confusion(history).empty());
  replay(history, {.until = kSteps});
  const auto& names = history.info.class_names;
  BOOST_TEST(same(qcs::report::draw_confusion(history),
                  qcs::report::draw_confusion(made_up_confusion(0), names, "QCS on RAF-DB, best epoch 1")));
  replay(history, {.done = kSteps});
  BOOST_TEST(same(qcs::report::draw_confusion(history),
                  qcs::report::draw_confusion(made_up_confusion(1), names, "QCS on RAF-DB, test split, best epoch 3")));
}

BOOST_AUTO_TEST_SUITE_END()
