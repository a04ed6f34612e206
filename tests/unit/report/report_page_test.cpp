// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/report/page/report_page.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

using namespace qcs::test;

namespace {

bool holds(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view words) {
  std::size_t found = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + words.size())) ++found;
  return found;
}

std::string page_of(const qcs::RunHistory& history, const qcs::ReportImages& images = {}) {
  const TemporaryFolder folder;
  qcs::write_report_page(folder / "report.html", history, images);
  return bytes_of(folder / "report.html");
}

qcs::RunHistory made_up_history(Part part = {}) {
  qcs::RunHistory history;
  replay(history, part);
  return history;
}

/// Images whose mistakes are those of made_up_run's test evaluation, the later ones more probable.
qcs::ReportImages made_up_images() {
  qcs::ReportImages images{.read = [](std::size_t) { return cv::Mat(200, 100, CV_8UC3, cv::Scalar(255, 0, 0)); }};
  for (std::size_t i = 0; i < 70; ++i)
    images.predictions.push_back({.image = i,
                                  .name = "face_" + std::to_string(i) + ".png",
                                  .label = static_cast<int>(i / 10),
                                  .predicted = static_cast<int>(made_up_answer(1, i)),
                                  .probability = .5 + static_cast<double>(i) / 1000});
  return images;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_page)

BOOST_AUTO_TEST_CASE(a_finished_run_has_every_section) {
  qcs::RunHistory history = made_up_history();
  history.info.notes = {"lr was 1e-06"};
  history.info.environment = {{"device", "cpu"}};
  const std::string page = page_of(history, made_up_images());
  for (const char* heading : {"Notes", "Training", "Classes, test split", "Confusion matrix", "Most confused classes",
                              "Gates of the cross-similarity scales", "Images", "Recipe", "Environment"})
    BOOST_TEST(holds(page, std::string("<h2>") + heading + "</h2>"), heading);
  for (const char* words : {"<title>QCS (tiny) on RAF-DB</title>", "seed 7", ">complete<", "3 of 3 epochs, 15 steps",
                            "<b>60.00\u00a0%</b><span>accuracy</span>", "best epoch", "<b>3 of 3</b>",
                            "On the test split, 70 images, at the epoch chosen on the validation split.",
                            "On the validation split, 70 images: accuracy 70.00 %", "lr was 1e-06",
                            "<th>lr</th><td>3e-06</td>", "<th>device</th><td>cpu</td>"})
    BOOST_TEST(holds(page, words), words);
  BOOST_TEST(!holds(page, "{{"));
  BOOST_TEST(!holds(page, "class=\"remark\""));
}

BOOST_AUTO_TEST_CASE(it_needs_no_other_file) {
  const std::string page = page_of(made_up_history(), made_up_images());
  BOOST_TEST(!holds(page, "http"));
  BOOST_TEST(!holds(page, "<script"));
  BOOST_TEST(!holds(page, "<link"));
  BOOST_TEST(!holds(page, "url("));
  BOOST_TEST(count(page, "src=") == 3u + 6 * 4);
  BOOST_TEST(count(page, "src=") == count(page, "src=\"data:image/png;base64,iVBORw0KGgo"));
}

BOOST_AUTO_TEST_CASE(every_text_is_escaped) {
  const std::string nasty = "<b>&\"'\u00fc";
  qcs::RunHistory history = made_up_history();
  for (auto* text : {&history.info.model, &history.info.backbone, &history.info.dataset, &history.info.class_names[0],
                     &history.info.eval.name, &history.info.test.name})
    *text = nasty;
  history.info.notes = {nasty};
  history.info.recipe = history.info.environment = {{nasty, nasty}};
  qcs::ReportImages images = made_up_images();
  for (auto& prediction : images.predictions) prediction.name = nasty;
  images.read = nullptr;
  const std::string page = page_of(history, images);
  BOOST_TEST(!holds(page, nasty));
  BOOST_TEST(!holds(page, "<b>&"));
  BOOST_TEST(holds(page, "<title>&lt;b&gt;&amp;&quot;&#39;\u00fc ("));
  BOOST_TEST(holds(page, "title=\"&lt;b&gt;&amp;&quot;&#39;\u00fc\""));
  BOOST_TEST(holds(page, "<li>&lt;b&gt;"));
}

BOOST_AUTO_TEST_CASE(an_epoch_chosen_on_the_test_split_is_remarked_on) {
  qcs::RunHistory history = made_up_history();
  history.info.selection = qcs::Selection::kTest;
  history.info.eval.name = "test";
  history.info.test = {};
  history.summary->test.reset();
  history.summary->end = qcs::RunEnd::kEarly;
  const std::string page = page_of(history);
  BOOST_TEST(holds(page, "The epoch was chosen on the test split itself"));
  BOOST_TEST(holds(page, "stopped early"));
  BOOST_TEST(holds(page, "<b>70.00\u00a0%</b>"));

  history.info.selection = qcs::Selection::kLast;
  BOOST_TEST(!holds(page_of(history), "class=\"remark\""));
  BOOST_TEST(holds(page_of(history), "last epoch, nothing is selected"));
}

BOOST_AUTO_TEST_CASE(a_run_under_way_says_so) {
  const std::string page = page_of(made_up_history({.until = 12}));
  BOOST_TEST(holds(page, ">running<"));
  BOOST_TEST(holds(page, "2 of 3 epochs"));
  BOOST_TEST(holds(page, "These are numbers of the validation split"));
  BOOST_TEST(holds(page, "Classes, validation split"));

  qcs::RunHistory history = made_up_history({.until = 12});
  history.summary = qcs::RunSummary{.best_epoch = 1, .steps = 12, .end = qcs::RunEnd::kInterrupted};
  BOOST_TEST(holds(page_of(history), ">interrupted<"));
}

BOOST_AUTO_TEST_CASE(before_the_first_evaluation) {
  for (const auto& history : {qcs::RunHistory(), made_up_history({.until = 3})}) {
    const std::string page = page_of(history);
    BOOST_TEST(holds(page, "No evaluation yet."));
    for (const char* heading : {"Classes", "Confusion", "Most confused", "Gates"})
      BOOST_TEST(!holds(page, std::string("<h2>") + heading), heading);
    BOOST_TEST(count(page, "src=") == 1u);
  }
}

BOOST_AUTO_TEST_CASE(pairs_with_the_largest_shares_come_first) {
  qcs::ConfusionMatrix confusion(3);
  confusion.add(0, 0, 90);
  confusion.add(0, 1, 10);
  confusion.add(1, 0, 1);
  confusion.add(1, 2, 1);
  confusion.add(1, 1, 2);
  const auto pairs = qcs::confused_pairs(confusion, 6);
  BOOST_TEST_REQUIRE(pairs.size() == 3u);
  BOOST_TEST(pairs[0].label == 1);
  BOOST_TEST(pairs[0].predicted == 0);
  BOOST_TEST(pairs[0].share == .25);
  BOOST_TEST(pairs[1].predicted == 2);
  BOOST_TEST(pairs[2].images == 10);
  BOOST_TEST(qcs::confused_pairs(confusion, 2).size() == 2u);
  BOOST_TEST(qcs::confused_pairs(qcs::ConfusionMatrix(), 2).empty());
}

BOOST_AUTO_TEST_CASE(the_most_confident_mistakes_come_first) {
  const auto images = made_up_images();
  const auto mistakes = qcs::mistakes_of({.label = 2, .predicted = 3}, images.predictions, 3);
  BOOST_TEST_REQUIRE(mistakes.size() == 3u);
  BOOST_TEST(mistakes[0].name == "face_29.png");
  BOOST_TEST(mistakes[2].name == "face_27.png");
  BOOST_TEST(qcs::mistakes_of({.label = 2, .predicted = 4}, images.predictions, 3).empty());

  const std::string page = page_of(made_up_history(), images);
  BOOST_TEST(holds(page, "<h3>Disgust taken for Happy</h3>"));
  BOOST_TEST(holds(page, "4 of 10 images, 40.0\u00a0%"));
  BOOST_TEST(page.find("face_29.png") < page.find("face_28.png"));
  BOOST_TEST(holds(page, "<figcaption>52.9\u00a0%</figcaption>"));
}

BOOST_AUTO_TEST_CASE(a_name_stands_for_an_image_that_cannot_be_shown) {
  qcs::ReportImages images = made_up_images();
  images.read = [](std::size_t image) -> cv::Mat {
    if (image == 29) throw qcs::DataError("gone");
    if (image == 28) return {};
    if (image == 27) return cv::Mat(4, 4, CV_32F, cv::Scalar(0));
    return cv::Mat(48, 48, CV_8UC1, cv::Scalar(128));
  };
  const std::string page = page_of(made_up_history(), images);
  BOOST_TEST(count(page, "class=\"missing\"") == 3u);
  for (const char* name : {"29", "28", "27"})
    BOOST_TEST(holds(page, std::string(">face_") + name + ".png</div>"), name);
  BOOST_TEST(count(page, "src=") == 3u + 6 * 4 - 3);
}

BOOST_AUTO_TEST_CASE(thumbnails_are_small_and_keep_their_colours) {
  const cv::Mat small = qcs::detail::thumbnail(cv::Mat(200, 100, CV_8UC3, cv::Scalar(255, 0, 0)));
  BOOST_TEST(small.rows == 96);
  BOOST_TEST(small.cols == 48);
  BOOST_TEST((small.at<cv::Vec3b>(9, 9) == cv::Vec3b(0, 0, 255)));  // red in BGR
  BOOST_TEST(qcs::detail::thumbnail(cv::Mat(48, 48, CV_8UC1, cv::Scalar(1))).cols == 48);
  BOOST_TEST(qcs::detail::thumbnail(cv::Mat(1, 2000, CV_8UC1, cv::Scalar(1))).rows == 1);
}

BOOST_AUTO_TEST_CASE(thumbnails_leave_the_image_as_it_was) {
  for (const int side : {40, 96, 300}) {
    const cv::Mat image(side, side, CV_8UC3, cv::Scalar(200, 100, 50)), before = image.clone();
    BOOST_TEST((qcs::detail::thumbnail(image).at<cv::Vec3b>(0, 0) == cv::Vec3b(50, 100, 200)));
    BOOST_TEST(cv::norm(image, before) == 0, side);
  }
}

BOOST_AUTO_TEST_CASE(predictions_of_a_file_get_probabilities_and_positions, *boost::unit_test::tolerance(1e-12)) {
  const std::vector<qcs::Prediction> read = {{.image = "b", .label = 1, .predicted = 0, .logits = {1000, 1000}},
                                             {.image = "a", .label = 0, .predicted = 1, .logits = {0, std::log(3)}}};
  const auto reported = qcs::reported_predictions(read, {"a", "b"});
  BOOST_TEST_REQUIRE(reported.size() == 2u);
  BOOST_TEST(reported[0].image == 1u);
  BOOST_TEST(reported[0].name == "b");
  BOOST_TEST(reported[0].label == 1);
  BOOST_TEST(reported[0].predicted == 0);
  BOOST_TEST(reported[0].probability == .5);
  BOOST_TEST(reported[1].image == 0u);
  BOOST_TEST(reported[1].probability == .75);
  BOOST_CHECK_THROW(qcs::reported_predictions(read, {"a"}), qcs::DataError);
  BOOST_CHECK_THROW(qcs::reported_predictions(read, {}), qcs::DataError);
  BOOST_TEST(qcs::reported_predictions({{.image = "12", .logits = {0}}}, {}).at(0).image == 12u);
}

BOOST_AUTO_TEST_SUITE_END()
