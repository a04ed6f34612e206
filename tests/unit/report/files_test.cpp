// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <qcs/report/file.hpp>
#include <qcs/report/metrics_json.hpp>
#include <qcs/report/run_files.hpp>
#include <qcs/report/step_csv.hpp>
#include <qcs/report/timing_json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace qcs::test;

namespace {

std::vector<std::string> lines_of(const fs::path& path) {
  std::istringstream text(bytes_of(path));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// What matches an Error whose text holds `words`.
auto says(std::string words) {
  return [words](const qcs::Error& e) {
    BOOST_TEST_MESSAGE(e.what());
    return std::string(e.what()).find(words) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(writing_replaces_and_leaves_nothing_beside) {
  const TemporaryFolder folder;
  qcs::write_file(folder / "new/a.txt", "one");
  qcs::write_file(folder / "new/a.txt", "two");
  BOOST_TEST(bytes_of(folder / "new/a.txt") == "two");
  const auto entries = std::distance(fs::directory_iterator(folder / "new"), fs::directory_iterator());
  BOOST_TEST(entries == 1);
}

BOOST_AUTO_TEST_CASE(paths_that_cannot_be_written_are_named) {
  const TemporaryFolder folder;
  qcs::write_file(folder / "a", "");
  fs::create_directories(folder / "folder");
  BOOST_CHECK_EXCEPTION(qcs::write_file(folder / "a/b.json", ""), qcs::Error, says("a/b.json"));
  BOOST_CHECK_EXCEPTION(qcs::write_file(folder / "folder", ""), qcs::Error, says("folder"));
  qcs::RunFiles files(folder / "a");
  BOOST_CHECK_EXCEPTION(replay(files), qcs::Error, says("a/steps.csv"));
}

BOOST_AUTO_TEST_CASE(metrics_read_back) {
  const TemporaryFolder folder;
  qcs::MetricsJson metrics(folder / "metrics.json");
  replay(metrics);
  const auto json = nlohmann::json::parse(bytes_of(folder / "metrics.json"));
  BOOST_TEST(json.at("run").at("model") == "qcs");
  BOOST_TEST(json.at("run").at("seed") == 7);
  BOOST_TEST(json.at("run").at("recipe").at("lr") == "3e-06");
  BOOST_TEST(json.at("run").at("class_names").size() == 7u);
  BOOST_TEST(json.at("epochs").size() == 3u);
  const auto& second = json.at("epochs").at(1);
  BOOST_TEST(second.at("epoch") == 2);
  BOOST_TEST(second.at("step") == 10);
  BOOST_TEST(second.at("learning_rate").get<double>() == 3e-6 * .98);
  BOOST_TEST(second.at("train_base_loss").get<double>() == .875);
  BOOST_TEST(second.at("accuracy").get<double>() == .6);
  BOOST_TEST(second.at("confusion").at(6).at(0) == 4);
  BOOST_TEST(second.at("gates").at(2).get<double>() == .25);
  const auto& summary = json.at("summary");
  BOOST_TEST(summary.at("best_epoch") == 3);
  BOOST_TEST(summary.at("accuracy").get<double>() == .7);
  BOOST_TEST(summary.at("mean_class_accuracy").get<double>() == .7, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(summary.at("macro_f1").get<double>() == .7, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(summary.at("classes").at(3).at("name") == "Happy");
  BOOST_TEST(summary.at("classes").at(3).at("images") == 10);
  BOOST_TEST(summary.at("confusion").at(0).at(1) == 3);
  BOOST_TEST(bytes_of(folder / "metrics.json").find("seconds") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(metrics_are_there_after_every_epoch) {
  const TemporaryFolder folder;
  qcs::MetricsJson metrics(folder / "metrics.json");
  replay(metrics, 0, 1);
  const auto json = nlohmann::json::parse(bytes_of(folder / "metrics.json"));
  BOOST_TEST(json.at("epochs").size() == 1u);
  BOOST_TEST(json.at("summary").is_null());
}

BOOST_AUTO_TEST_CASE(epochs_read_back_whole) {
  const TemporaryFolder folder;
  qcs::MetricsJson metrics(folder / "metrics.json");
  replay(metrics);
  const std::vector<qcs::EpochEvent> epochs = qcs::read_epochs(folder / "metrics.json");
  const qcs::EpochEvent expected = made_up_epoch(2);
  BOOST_TEST_REQUIRE(epochs.size() == 3u);
  BOOST_TEST(epochs[2].epoch == 2);
  BOOST_TEST(epochs[2].eval_loss == expected.eval_loss);
  BOOST_TEST(epochs[2].train_accuracy == expected.train_accuracy);
  BOOST_TEST((epochs[2].confusion == expected.confusion));
  BOOST_TEST(epochs[2].gates == expected.gates, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_broken_file_of_metrics_is_named) {
  const TemporaryFolder folder;
  qcs::write_file(folder / "metrics.json", "{\"epochs\": [");
  BOOST_CHECK_EXCEPTION(qcs::MetricsJson(folder / "metrics.json", true), qcs::DataError,
                        says("metrics.json"));
}

BOOST_AUTO_TEST_CASE(steps_are_rows) {
  const TemporaryFolder folder;
  qcs::StepCsv csv(folder / "steps.csv");
  replay(csv);
  const std::vector<std::string> lines = lines_of(folder / "steps.csv");
  BOOST_TEST_REQUIRE(lines.size() == 16u);
  BOOST_TEST(lines[0] == "step,epoch,loss,base_loss,cross_loss,accuracy,seconds");
  BOOST_TEST(lines[1] == "1,1,2,2.125,1.875,0.25,0.500");
  BOOST_TEST(lines[4] == "4,1,1,1.125,0.875,0.25,2.000");
  const std::vector<qcs::StepEvent> steps = qcs::read_steps(folder / "steps.csv");
  BOOST_TEST_REQUIRE(steps.size() == 15u);
  BOOST_TEST(steps[6].step == 7);
  BOOST_TEST(steps[6].epoch == 1);
  BOOST_TEST(steps[6].loss == made_up_step(7).loss);
  BOOST_TEST(steps[6].cross_loss == made_up_step(7).cross_loss);
}

BOOST_AUTO_TEST_CASE(a_step_is_on_disk_when_it_was_told) {
  const TemporaryFolder folder;
  qcs::StepCsv csv(folder / "steps.csv");
  csv.on_step(made_up_step(1));
  BOOST_TEST(lines_of(folder / "steps.csv").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_new_run_starts_the_file_anew) {
  const TemporaryFolder folder;
  for (int run = 0; run < 2; ++run) {
    qcs::StepCsv csv(folder / "steps.csv");
    replay(csv, 0, 1);
  }
  BOOST_TEST(lines_of(folder / "steps.csv").size() == 6u);
}

BOOST_AUTO_TEST_CASE(a_row_cut_short_is_dropped_and_a_wrong_one_is_named) {
  const TemporaryFolder folder;
  const std::string head = std::string(qcs::kStepColumns) + "\n1,1,2,2,2,0.5,0.1\n";
  qcs::write_file(folder / "steps.csv", head + "2,1,1.");
  BOOST_TEST(qcs::read_steps(folder / "steps.csv").size() == 1u);
  for (const char* wrong : {"2,1,x,2,2,0.5,0.1\n", "2,1,2\n", "\n"}) {
    qcs::write_file(folder / "steps.csv", head + wrong);
    BOOST_CHECK_EXCEPTION(qcs::read_steps(folder / "steps.csv"), qcs::DataError, says("steps.csv:3: "));
  }
  qcs::write_file(folder / "steps.csv", "something else\n");
  BOOST_CHECK_EXCEPTION(qcs::read_steps(folder / "steps.csv"), qcs::DataError, says("steps.csv:1: "));
}

BOOST_AUTO_TEST_CASE(times_have_a_file_of_their_own) {
  const TemporaryFolder folder;
  qcs::TimingJson timing(folder / "timing.json");
  replay(timing);
  const auto json = nlohmann::json::parse(bytes_of(folder / "timing.json"));
  BOOST_TEST(json.at("seconds") == 13.);
  BOOST_TEST(json.at("epochs").size() == 3u);
  BOOST_TEST(json.at("epochs").at(2).at("seconds") == 12.);
  const double rate = json.at("epochs").at(2).at("images_per_second").get<double>();
  BOOST_TEST(rate == 192., boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(equal_runs_write_equal_bytes) {
  const TemporaryFolder folder;
  qcs::RunFiles one(folder / "one"), two(folder / "two");
  replay(one, 0, 3, 1);
  replay(two, 0, 3, 1.7);  // on a slower machine
  for (const char* name : {"metrics.json", "curves.png", "confusion.png"}) {
    BOOST_TEST(!bytes_of(folder / "one" / name).empty());
    BOOST_TEST((bytes_of(folder / "one" / name) == bytes_of(folder / "two" / name)), name);
  }
  const auto a = lines_of(folder / "one/steps.csv"), b = lines_of(folder / "two/steps.csv");
  BOOST_TEST_REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    BOOST_TEST(a[i].substr(0, a[i].rfind(',')) == b[i].substr(0, b[i].rfind(',')));
  }
}

BOOST_AUTO_TEST_CASE(a_resumed_run_ends_with_the_files_of_an_unbroken_one) {
  const TemporaryFolder folder;
  {
    qcs::RunFiles whole(folder / "whole");
    replay(whole);
  }
  {
    qcs::RunFiles first(folder / "broken");
    replay(first, 0, 1);
    first.on_step(made_up_step(6));  // killed in the second epoch, which comes again
    first.on_step(made_up_step(7));
  }
  qcs::RunFiles second(folder / "broken", true);
  replay(second, 1, 3);
  for (const char* name : {"metrics.json", "steps.csv", "curves.png", "confusion.png"}) {
    BOOST_TEST((bytes_of(folder / "whole" / name) == bytes_of(folder / "broken" / name)), name);
  }
}

BOOST_AUTO_TEST_CASE(resuming_without_earlier_files_starts_them) {
  const TemporaryFolder folder;
  qcs::RunFiles files(folder / "moved", true);
  replay(files, 2, 3);
  BOOST_TEST(lines_of(folder / "moved/steps.csv").size() == 6u);
  BOOST_TEST(qcs::read_epochs(folder / "moved/metrics.json").size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
