// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <qcs/report/compare/compare.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

using namespace qcs::test;

namespace {

using NamedRuns = std::vector<std::pair<std::string, qcs::RunHistory>>;

/// A run of one epoch of which `right` of 100 images were recognised, on the test split one less.
qcs::RunHistory made_up_result(std::uint64_t seed, int right, const std::string& rate = "3e-06") {
  const auto confusion = [](int hits) {
    qcs::ConfusionMatrix made(7);
    made.add(0, 0, hits);
    made.add(0, 1, 100 - hits);
    return made;
  };
  qcs::RunHistory history;
  history.info = made_up_info();
  history.info.seed = seed;
  history.info.recipe[0].second = rate;
  history.epochs.push_back({.confusion = confusion(right), .accuracy = right / 100., .best = true});
  history.summary = qcs::RunSummary{.best_epoch = 0, .test = qcs::Evaluation{.confusion = confusion(right - 1)}};
  return history;
}

NamedRuns two_groups() {
  return {{"a/seed-0", made_up_result(0, 60)},
          {"b", made_up_result(0, 90, "1e-05")},
          {"a/seed-1", made_up_result(1, 64)},
          {"a/seed-2", made_up_result(2, 68)}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool holds(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

int coloured(const cv::Mat& picture, const cv::Scalar& ink) {
  cv::Mat near;
  cv::inRange(picture, ink - cv::Scalar::all(12), ink + cv::Scalar::all(12), near);
  return cv::countNonZero(near);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(compare)

BOOST_AUTO_TEST_CASE(runs_that_differ_only_in_their_seed_are_a_group, *boost::unit_test::tolerance(1e-12)) {
  const auto comparison = qcs::compare_runs(two_groups());
  BOOST_TEST_REQUIRE(comparison.groups.size() == 2u);
  const auto& group = comparison.groups[0];
  BOOST_TEST(group.runs == (std::vector<std::size_t>{0, 2, 3}), boost::test_tools::per_element());
  BOOST_TEST(comparison.group_of(1) == 1u);
  BOOST_TEST(comparison.group_of(3) == 0u);
  BOOST_TEST(group.tested);
  BOOST_TEST(group.split == "test");
  BOOST_TEST(group.finished == 3u);
  BOOST_TEST(group.accuracy.mean == .63);
  BOOST_TEST(group.accuracy.deviation == .04);
  BOOST_TEST(group.accuracy.best == .67);
  BOOST_TEST(comparison.groups[1].accuracy.mean == .89);
  BOOST_TEST(std::isnan(comparison.groups[1].accuracy.deviation));
}

BOOST_AUTO_TEST_CASE(two_runs_of_one_seed_are_one_sample, *boost::unit_test::tolerance(1e-12)) {
  NamedRuns runs = {{"a", made_up_result(0, 60)}, {"again", made_up_result(0, 60)}, {"b", made_up_result(1, 64)}};
  const auto comparison = qcs::compare_runs(runs);
  BOOST_TEST_REQUIRE(comparison.groups.size() == 1u);
  BOOST_TEST(comparison.groups[0].finished == 2u);
  BOOST_TEST(comparison.groups[0].repeated == 1u);
  BOOST_TEST(!comparison.groups[0].repeats_differ);
  BOOST_TEST(comparison.groups[0].accuracy.mean == .61);
  BOOST_TEST(holds(qcs::comparison_text(comparison), "n = 2; 1 of a seed that is there already was left out\n"));
  BOOST_TEST(qcs::comparison_json(comparison)["groups"][0]["repeated_seeds"] == 1);

  runs[1].second = made_up_result(0, 61);
  const auto differing = qcs::compare_runs(runs);
  BOOST_TEST(differing.groups[0].accuracy.mean == .61);
  BOOST_TEST(holds(qcs::comparison_text(differing), "was left out, though results of one seed differ"));
  BOOST_TEST(qcs::compare_runs(two_groups()).groups[0].repeated == 0u);
}

BOOST_AUTO_TEST_CASE(every_other_difference_makes_another_group) {
  using Change = void (*)(qcs::RunInfo&);
  for (const Change change :
       {Change([](qcs::RunInfo& i) { i.model = "DCS"; }), Change([](qcs::RunInfo& i) { i.backbone = "small"; }),
        Change([](qcs::RunInfo& i) { i.dataset = "FERPlus"; }),
        Change([](qcs::RunInfo& i) { i.selection = qcs::Selection::kLast; }),
        Change([](qcs::RunInfo& i) { i.eval.name = "test"; }), Change([](qcs::RunInfo& i) { i.test = {}; }),
        Change([](qcs::RunInfo& i) { i.train.class_counts.back() += 1; }),
        Change([](qcs::RunInfo& i) { i.recipe.emplace_back("backbone", "frozen"); })}) {
    NamedRuns runs = {{"a", made_up_result(0, 60)}, {"b", made_up_result(1, 60)}};
    change(runs[1].second.info);
    const auto comparison = qcs::compare_runs(runs);
    BOOST_TEST(comparison.groups.size() == 2u);
    BOOST_TEST(comparison.differences.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(differing_settings_are_named) {
  auto runs = two_groups();
  runs[1].second.info.recipe.emplace_back("label smoothing", "0.1");
  const auto comparison = qcs::compare_runs(runs);
  BOOST_TEST_REQUIRE(comparison.differences.size() == 2u);
  BOOST_TEST(comparison.differences[0].name == "lr");
  BOOST_TEST(comparison.differences[0].values[0].value() == "3e-06");
  BOOST_TEST(comparison.differences[0].values[1].value() == "1e-05");
  BOOST_TEST(comparison.differences[1].name == "label smoothing");
  BOOST_TEST(!comparison.differences[1].values[0].has_value());
}

BOOST_AUTO_TEST_CASE(unfinished_runs_are_in_no_mean, *boost::unit_test::tolerance(1e-12)) {
  auto runs = two_groups();
  runs[2].second.summary.reset();
  runs[3].second.summary->end = qcs::RunEnd::kInterrupted;
  runs[1].second = {};
  const auto comparison = qcs::compare_runs(runs);
  BOOST_TEST(comparison.groups[0].finished == 1u);
  BOOST_TEST(comparison.groups[0].accuracy.mean == .59);
  BOOST_TEST(comparison.groups[1].finished == 0u);
  BOOST_TEST(std::isnan(comparison.groups[1].accuracy.mean));
  const std::string text = qcs::comparison_text(comparison);
  BOOST_TEST(holds(text, "not finished: 1 of 3 epochs"));
  BOOST_TEST(holds(text, "n = 1 finished of 3"));
  BOOST_TEST(holds(text, "n = 0 finished of 1"));
}

BOOST_AUTO_TEST_CASE(a_run_without_a_test_takes_its_group_to_the_other_split, *boost::unit_test::tolerance(1e-12)) {
  auto runs = two_groups();
  runs[2].second.summary->test.reset();
  const auto group = qcs::compare_runs(runs).groups[0];
  BOOST_TEST(!group.tested);
  BOOST_TEST(group.split == "validation");
  BOOST_TEST(group.accuracy.mean == .64);
}

BOOST_AUTO_TEST_CASE(the_text_has_a_line_for_each_run_and_a_table_for_each_group) {
  auto runs = two_groups();
  runs[1].first = "gr\u00f6\u00dfer";
  const auto lines = lines_of(qcs::comparison_text(qcs::compare_runs(runs)));
  const std::vector<std::string> expected = {
      "run       model  backbone  result from  group  seed  best epoch  accuracy  mean class  macro F1     test",
      "a/seed-0  QCS    tiny      validation       1     0         1/3   60.00 %     60.00 %     0.375  59.00 %",
      "gr\u00f6\u00dfer    QCS    tiny      validation       2     0         1/3   90.00 %     90.00 %     0.474  "
      "89.00 %",
      "a/seed-1  QCS    tiny      validation       1     1         1/3   64.00 %     64.00 %     0.390  63.00 %",
      "a/seed-2  QCS    tiny      validation       1     2         1/3   68.00 %     68.00 %     0.405  67.00 %",
      "",
      "group 1: lr 3e-06, n = 3",
      "  test split              mean  std. dev.     best",
      "  accuracy             63.00 %     4.00 %  67.00 %",
      "  mean class accuracy  63.00 %     4.00 %  67.00 %",
      "  macro F1               0.386      0.015    0.401",
      "",
      "group 2: lr 1e-05, n = 1",
      "  test split              mean  std. dev.     best",
      "  accuracy             89.00 %          -  89.00 %",
      "  mean class accuracy  89.00 %          -  89.00 %",
      "  macro F1               0.471          -    0.471",
      "",
      "setting  group 1  group 2",
      "lr       3e-06    1e-05"};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(files_are_written) {
  const TemporaryFolder folder;
  auto runs = two_groups();
  runs[0].first = "a\xff";  // no UTF-8
  runs[2].second.epochs.clear();
  runs[2].second.summary.reset();
  qcs::write_comparison(folder / "new", qcs::compare_runs(runs));
  const auto json = nlohmann::json::parse(bytes_of(folder / "new/compare.json"));
  BOOST_TEST(json["runs"].size() == 4u);
  BOOST_TEST(json["runs"][1]["group"] == 2);
  BOOST_TEST(json["runs"][1]["best_epoch"] == 1);
  BOOST_TEST(json["runs"][1]["evaluation"]["split"] == "validation");
  BOOST_TEST(json["runs"][1]["evaluation"]["accuracy"] == .9);
  BOOST_TEST(json["runs"][1]["test"]["accuracy"] == .89);
  BOOST_TEST(!json["runs"][2].contains("evaluation"));
  BOOST_TEST(json["groups"][0]["finished"] == 2);
  BOOST_TEST(json["groups"][0]["runs"].size() == 3u);
  BOOST_TEST(json["groups"][1]["accuracy"]["standard_deviation"].is_null());
  BOOST_TEST(json["differences"]["lr"] == (nlohmann::json{"3e-06", "1e-05"}));
  BOOST_TEST(bytes_of(folder / "new/compare.png").starts_with("\x89PNG"));
}

BOOST_AUTO_TEST_CASE(the_picture_has_a_colour_for_each_group) {
  const cv::Scalar first = qcs::report::hex_colour(0x1F5FA8), second = qcs::report::hex_colour(0xC0272D);
  NamedRuns runs;
  for (const char* name : {"a", "b", "c"}) {
    auto& run = runs.emplace_back(name, qcs::RunHistory()).second;
    replay(run);
  }
  const cv::Mat one = qcs::draw_comparison(qcs::compare_runs(runs));
  BOOST_TEST(one.cols == 960);
  BOOST_TEST(coloured(one, first) > 300);
  BOOST_TEST(coloured(one, second) == 0);
  runs[2].second.info.model = "DCS";
  BOOST_TEST(coloured(qcs::draw_comparison(qcs::compare_runs(runs)), second) > 300);
  const cv::Mat empty = qcs::draw_comparison(qcs::compare_runs({{"a", {}}}));
  BOOST_TEST(coloured(empty, first) > 0);  // its place in the legend
}

BOOST_AUTO_TEST_SUITE_END()
