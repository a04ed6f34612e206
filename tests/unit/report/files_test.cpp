// SPDX-License-Identifier: MIT
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/files/metrics_csv.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/files/run_files.hpp>
#include <qcs/report/files/step_csv.hpp>
#include <qcs/report/files/timing_json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

namespace fs = std::filesystem;
using namespace qcs::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
const std::vector<const char*> kEqualFiles = {"metrics.jsonl",   "metrics.csv",         "steps.csv",
                                              "curves.png",      "gates.png",           "confusion.png",
                                              "predictions.csv", "test_predictions.csv"};

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

qcs::RunHistory made_up_history() {
  qcs::RunHistory history;
  replay(history);
  return history;
}

/// While it lives no file can grow beyond `bytes`, as on a full disk.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

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

BOOST_AUTO_TEST_CASE(cells_read_back_as_they_were) {
  const TemporaryFolder folder;
  const std::vector<std::string> cells = {"a", "", "b,c", "say \"so\"", "two\nlines", "\r\n", "\"", "last"};
  std::string row;
  for (const auto& cell : cells) row += (row.empty() ? "" : ",") + qcs::csv_cell(cell);
  for (const char* end : {"\n", "\r\n"}) {
    qcs::write_file(folder / "a.csv", row + end + "x,\"y\"" + end + "cut");
    qcs::CsvReader reader(folder / "a.csv");
    BOOST_TEST_REQUIRE(reader.next());
    BOOST_TEST(reader.cells() == cells, boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(reader.next());
    BOOST_TEST(reader.cells() == (std::vector<std::string>{"x", "y"}), boost::test_tools::per_element());
    BOOST_TEST(reader.whole());
    BOOST_CHECK_EXCEPTION(reader.fail("why"), qcs::DataError, says("a.csv:4: why"));
    BOOST_TEST(reader.next());
    BOOST_TEST(!reader.whole());
    BOOST_TEST(!reader.next());
  }
  for (const char* wrong : {"a\"b\n", "\"a\"b\n"}) {
    qcs::write_file(folder / "a.csv", wrong);
    BOOST_CHECK_EXCEPTION(qcs::CsvReader(folder / "a.csv").next(), qcs::DataError, says("a.csv:1: a quote"));
  }
  BOOST_CHECK_EXCEPTION(qcs::CsvReader(folder / "none.csv"), qcs::DataError, says("none.csv: cannot be read"));
}

BOOST_AUTO_TEST_CASE(metrics_are_lines_of_json) {
  const TemporaryFolder folder;
  qcs::write_metrics(folder / "metrics.jsonl", made_up_history());
  const std::vector<std::string> lines = lines_of(folder / "metrics.jsonl");
  BOOST_TEST_REQUIRE(lines.size() == 5u);
  const auto run = nlohmann::json::parse(lines[0]), second = nlohmann::json::parse(lines[2]),
             summary = nlohmann::json::parse(lines[4]);
  BOOST_TEST(run.at("kind") == "run");
  BOOST_TEST(run.at("model") == "QCS");
  BOOST_TEST(run.at("seed") == 7);
  BOOST_TEST(run.at("selection") == "validation");
  BOOST_TEST(run.at("recipe").at("lr") == "3e-06");
  BOOST_TEST(run.at("train").at("class_counts").at(2) == 30);
  BOOST_TEST(run.at("role_names").at(1) == "negative");
  BOOST_TEST(second.at("kind") == "epoch");
  BOOST_TEST(second.at("epoch") == 2);
  BOOST_TEST(second.at("step") == 10);
  BOOST_TEST(second.at("macro_f1").get<double>() == .6, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(second.at("confusion").at(6).at(0) == 4);
  BOOST_TEST(summary.at("kind") == "summary");
  BOOST_TEST(summary.at("end") == "complete");
  BOOST_TEST(summary.at("best_epoch") == 3);
  BOOST_TEST(summary.at("accuracy").get<double>() == .7);
  BOOST_TEST(summary.at("classes").at(3).at("name") == "Happy");
  BOOST_TEST(summary.at("test").at("accuracy").get<double>() == .6);
  for (const auto& line : lines)
    for (const char* varying : {"seconds", "done_", "notes", "environment"})
      BOOST_TEST(line.find(varying) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(metrics_read_back_whole) {
  const TemporaryFolder folder;
  qcs::RunHistory history = made_up_history();
  history.epochs[1].eval_loss = kNan;
  history.epochs[1].best = false;
  history.epochs[2].train_loss = .1 + .2;
  history.epochs[2].gates[1] = kNan;
  qcs::write_metrics(folder / "a.jsonl", history);
  const qcs::RunHistory read = qcs::read_metrics(folder / "a.jsonl");
  BOOST_TEST(read.info.backbone == "tiny");
  BOOST_TEST(read.info.class_names == history.info.class_names, boost::test_tools::per_element());
  BOOST_TEST(read.info.test.name == "test");
  BOOST_TEST((read.info.selection == qcs::Selection::kValidation));
  BOOST_TEST((read.info.recipe == history.info.recipe));
  BOOST_TEST_REQUIRE(read.epochs.size() == 3u);
  BOOST_TEST(read.epochs[1].epoch == 1);
  BOOST_TEST(std::isnan(read.epochs[1].eval_loss));
  BOOST_TEST(!read.epochs[1].best);
  BOOST_TEST(read.epochs[2].train_loss == .1 + .2);
  BOOST_TEST(std::isnan(read.epochs[2].gates.at(1)));
  BOOST_TEST((read.epochs[2].confusion == history.epochs[2].confusion));
  BOOST_TEST_REQUIRE(read.summary.has_value());
  BOOST_TEST(read.summary->best_epoch == 2);
  BOOST_TEST((read.summary->best_confusion == history.summary->best_confusion));
  BOOST_TEST_REQUIRE(read.summary->test.has_value());
  BOOST_TEST(read.summary->test->loss == .1 + .2);
  BOOST_TEST((read.summary->test->confusion == made_up_confusion(1)));
  qcs::write_metrics(folder / "b.jsonl", read);
  BOOST_TEST(bytes_of(folder / "a.jsonl") == bytes_of(folder / "b.jsonl"));
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_on_has_no_summary) {
  const TemporaryFolder folder;
  qcs::RunHistory history = made_up_history();
  history.summary->end = qcs::RunEnd::kInterrupted;
  qcs::write_metrics(folder / "a.jsonl", history);
  BOOST_TEST(!qcs::read_metrics(folder / "a.jsonl").summary.has_value());
  history.summary->end = qcs::RunEnd::kEarly;
  history.summary->test.reset();
  qcs::write_metrics(folder / "a.jsonl", history);
  BOOST_TEST((qcs::read_metrics(folder / "a.jsonl").summary->end == qcs::RunEnd::kEarly));
  BOOST_TEST(!qcs::read_metrics(folder / "a.jsonl").summary->test.has_value());
}

BOOST_AUTO_TEST_CASE(faults_in_metrics_are_named_with_their_line) {
  const TemporaryFolder folder;
  const fs::path path = folder / "metrics.jsonl";
  qcs::write_metrics(path, made_up_history());
  const std::string whole = bytes_of(path);
  const std::vector<std::string> lines = lines_of(path);
  const auto refused = [&](const std::string& text, const std::string& why) {
    qcs::write_file(path, text);
    BOOST_CHECK_EXCEPTION(qcs::read_metrics(path), qcs::DataError, says("metrics.jsonl:" + why));
  };
  const auto replaced = [&](const std::string& what, const std::string& by) {
    const auto at = whole.find(what);
    BOOST_TEST_REQUIRE(at != std::string::npos, what);
    return std::string(whole).replace(at, what.size(), by);
  };
  refused("", "1: the file is empty");
  refused(whole.substr(0, whole.size() - 1), "5: the line is cut short");
  refused(lines[0] + "\n" + lines[1].substr(0, 30), "2: the line is cut short");
  refused(lines[0] + "\n{\n", "2: ");
  refused(lines[0] + "\n3\n", "2: ");
  refused(lines[1] + "\n", "1: the first line is not of kind `run`");
  refused(lines[0] + "\n" + lines[0] + "\n", "2: a second run");
  refused(lines[0] + "\n" + lines[2] + "\n" + lines[1] + "\n", "3: epoch 1 after epoch 2");
  refused(whole + lines[1] + "\n", "6: a line after the summary");
  refused(lines[0] + "\n{\"kind\":\"other\"}\n", "2: unknown kind `other`");
  refused(replaced("\"eval_loss\"", "\"loss\""), "2: key 'eval_loss' not found");
  refused(replaced("\"eval_loss\":1.1", "\"eval_loss\":\"low\""), "2: type must be number, but is string");
  refused(replaced("\"validation\",\"recipe\"", "\"none\",\"recipe\""), "1: `none` is none of last, validation, test");
  refused(replaced("[[5,5,", "[[5,"), "2: row 1 of the confusion matrix does not have 7 counts");
  refused(replaced("[[5,5,", "[[-5,5,"), "2: the confusion matrix holds `-5`, which is no count");
  refused(replaced("\"Surprise\",", ""), "2: a confusion matrix of 7 classes in a run of 6");
  BOOST_CHECK_EXCEPTION(qcs::read_metrics(folder / "none"), qcs::DataError, says("none: cannot be read"));
}

BOOST_AUTO_TEST_CASE(metrics_are_a_table_too) {
  const TemporaryFolder folder;
  qcs::RunHistory history = made_up_history();
  history.epochs[1].eval_loss = kNan;
  history.epochs[2].gates = {.5};
  qcs::write_metrics_csv(folder / "metrics.csv", history);
  const std::vector<std::string> lines = lines_of(folder / "metrics.csv");
  BOOST_TEST_REQUIRE(lines.size() == 4u);
  BOOST_TEST(lines[0] ==
             "epoch,step,learning_rate,train_loss,train_base_loss,train_cross_loss,train_accuracy,eval_loss,accuracy,"
             "mean_class_accuracy,macro_f1,best,gate_1,gate_2,gate_3");
  BOOST_TEST(lines[1] == "1,5,3e-06,1.5,1.75,1.25,0.3,1.1,0.5,0.5,0.5,1,1,0.5,0.25");
  BOOST_TEST(lines[2].find(",0.4,nan,0.6,") != std::string::npos);
  BOOST_TEST(lines[3].ends_with(",1,0.5,,"));
}

BOOST_AUTO_TEST_CASE(steps_are_rows) {
  const TemporaryFolder folder;
  qcs::StepCsv csv(folder / "steps.csv");
  replay(csv);
  const std::vector<std::string> lines = lines_of(folder / "steps.csv");
  BOOST_TEST_REQUIRE(lines.size() == 16u);
  BOOST_TEST(lines[0] ==
             "step,epoch,learning_rate,loss,base_loss,cross_loss,accuracy,base_anchor,cross_anchor,base_negative,"
             "cross_negative");
  BOOST_TEST(lines[4] == "4,1,3e-06,1,1.125,0.875,0.25,1,0.75,1.25,1");
  const std::vector<qcs::StepEvent> steps = qcs::read_steps(folder / "steps.csv");
  BOOST_TEST_REQUIRE(steps.size() == 15u);
  const qcs::StepEvent expected = made_up_step(7);
  BOOST_TEST(steps[6].step == 7);
  BOOST_TEST(steps[6].epoch == 1);
  BOOST_TEST(steps[6].learning_rate == 3e-6);
  BOOST_TEST(steps[6].loss == expected.loss);
  BOOST_TEST(steps[6].cross_loss == expected.cross_loss);
  BOOST_TEST_REQUIRE(steps[6].roles.size() == 2u);
  BOOST_TEST(steps[6].roles[1].base == expected.roles[1].base);
  BOOST_TEST(steps[6].roles[0].cross == expected.roles[0].cross);
}

BOOST_AUTO_TEST_CASE(a_step_is_on_disk_when_it_was_told) {
  const TemporaryFolder folder;
  qcs::StepCsv csv(folder / "steps.csv");
  csv.on_run_begin(made_up_info());
  csv.on_step(made_up_step(1));
  BOOST_TEST(lines_of(folder / "steps.csv").size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_new_run_starts_the_file_of_steps_anew) {
  const TemporaryFolder folder;
  for (int run = 0; run < 2; ++run) {
    qcs::StepCsv csv(folder / "steps.csv");
    replay(csv, {.until = 5});
  }
  BOOST_TEST(lines_of(folder / "steps.csv").size() == 6u);
}

BOOST_AUTO_TEST_CASE(faults_in_steps_are_named_with_their_line) {
  const TemporaryFolder folder;
  const fs::path path = folder / "steps.csv";
  const std::string head = "step,epoch,learning_rate,loss,base_loss,cross_loss,accuracy,base_a,cross_a\n";
  const std::string first = head + "1,1,0.1,nan,2,2,0.5,3,4\n";
  qcs::write_file(path, first + "2,1,0.1,1.");
  BOOST_TEST_REQUIRE(qcs::read_steps(path).size() == 1u);
  BOOST_TEST(std::isnan(qcs::read_steps(path)[0].loss));
  for (const char* cut : {"", "step,ep"}) {
    qcs::write_file(path, cut);
    BOOST_TEST(qcs::read_steps(path).empty());
  }
  qcs::write_file(path,
                  "cross_a,base_a,accuracy,cross_loss,base_loss,loss,learning_rate,epoch,step\n9,8,7,6,5,4,3,2,1\n");
  BOOST_TEST(qcs::read_steps(path).at(0).roles.at(0).cross == 9);
  BOOST_TEST(qcs::read_steps(path).at(0).epoch == 1);
  const auto refused = [&](const std::string& text, const std::string& why) {
    qcs::write_file(path, text);
    BOOST_CHECK_EXCEPTION(qcs::read_steps(path), qcs::DataError, says("steps.csv:" + why));
  };
  refused(first + "2,1,x,2,2,2,0.5,3,4\n", "3: `x` is no number");
  refused(first + "2.5,1,1,2,2,2,0.5,3,4\n", "3: `2.5` is no whole number");
  refused(first + "2,1,2\n", "3: expected 9 cells, found 3");
  refused(first + "\n", "3: expected 9 cells, found 1");
  refused(first + "1,1,0.1,2,2,2,0.5,3,4\n", "3: step 1 after step 1");
  refused("step,epoch\n", "1: no column `learning_rate`");
  refused("step,epoch,learning_rate,loss,base_loss,cross_loss,accuracy,base_a\n", "1: no column `cross_a`");
  refused("step,epoch,learning_rate,loss,base_loss,cross_loss,accuracy,seconds\n", "1: columns that a file of steps");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_named) {
  const TemporaryFolder folder;
  qcs::StepCsv csv(folder / "steps.csv");
  csv.on_run_begin(made_up_info());
  const auto fill = [&] {
    const FileLimit limit(1000);
    for (int step = 1; step < 100; ++step) csv.on_step(made_up_step(step));
  };
  BOOST_CHECK_EXCEPTION(fill(), qcs::Error, says("steps.csv: File too large"));
}

BOOST_AUTO_TEST_CASE(predictions_read_back) {
  const TemporaryFolder folder;
  std::vector<std::string> names;
  for (int i = 0; i < 70; ++i) names.push_back(i == 3 ? "a, \"b\".png" : std::to_string(i) + ".png");
  const std::vector<std::string> classes = made_up_info().class_names;
  qcs::PredictionCsv csv(folder / "csv", names, classes);
  qcs::PredictionTable table;
  predict(csv, 1, false);
  predict(table, 1, false);
  qcs::write_predictions(folder / "table", table, names, classes);
  BOOST_TEST(bytes_of(folder / "csv") == bytes_of(folder / "table"));
  BOOST_TEST(lines_of(folder / "csv").at(0) == "image,label,predicted,Surprise,Fear,Disgust,Happy,Sad,Anger,Neutral");
  const auto read = qcs::read_predictions(folder / "csv");
  BOOST_TEST_REQUIRE(read.size() == 70u);
  BOOST_TEST(read[3].image == "a, \"b\".png");
  BOOST_TEST(read[19].label == 1);
  BOOST_TEST(read[19].predicted == 2);
  BOOST_TEST_REQUIRE(read[19].logits.size() == 7u);
  BOOST_TEST(read[19].logits[2] == 1.1);
  qcs::write_predictions(folder / "numbers", table, {}, classes);
  BOOST_TEST(qcs::read_predictions(folder / "numbers")[69].image == "69");
}

BOOST_AUTO_TEST_CASE(faults_in_predictions_are_named_with_their_line) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text, const std::string& why) {
    qcs::write_file(folder / "p.csv", text);
    BOOST_CHECK_EXCEPTION(qcs::read_predictions(folder / "p.csv"), qcs::DataError, says("p.csv:" + why));
  };
  const std::string head = "image,label,predicted,a,b\n";
  refused("", "1: the file is empty");
  refused("image,label,predicted\n", "1: expected the columns");
  refused(head + "x,0,1,0.5\n", "2: expected 5 cells, found 4");
  refused(head + "x,0,1,0.5,y\n", "2: `y` is no number");
  refused(head + "x,0,2,0.5,1\n", "2: class 2 of 2");
  refused(head + "x,0,1,0.5,1", "2: the line is cut short");
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

BOOST_AUTO_TEST_CASE(times_of_earlier_parts_stay) {
  const TemporaryFolder folder;
  const auto resume = [&] {
    qcs::TimingJson timing(folder / "timing.json", true);
    replay(timing, {.done = 5});
    return nlohmann::json::parse(bytes_of(folder / "timing.json")).at("epochs").size();
  };
  BOOST_TEST(resume() == 2u);
  {
    qcs::TimingJson timing(folder / "timing.json");
    replay(timing, {.until = 10});
  }
  BOOST_TEST(resume() == 3u);
  qcs::write_file(folder / "timing.json", "{\"epochs\": [3, {\"epoch\": \"one\"}]}");
  BOOST_TEST(resume() == 2u);
}

BOOST_AUTO_TEST_CASE(equal_runs_write_equal_bytes) {
  const TemporaryFolder folder;
  qcs::RunFiles one(folder / "one"), two(folder / "two");
  replay(one);
  replay(two, {.clock = 1.7});  // on a slower machine
  for (const char* name : kEqualFiles) {
    BOOST_TEST(!bytes_of(folder / "one" / name).empty(), name);
    BOOST_TEST((bytes_of(folder / "one" / name) == bytes_of(folder / "two" / name)), name);
  }
  BOOST_TEST(one.history().epochs.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_resumed_run_ends_with_the_files_of_an_unbroken_one) {
  for (const std::int64_t checkpoint : {0, 5, 10, 12, 15})
    for (const std::int64_t killed : {10, 11, 14, 15}) {
      if (killed < checkpoint) continue;
      BOOST_TEST_CONTEXT("checkpoint after step " << checkpoint << ", killed after step " << killed) {
        const TemporaryFolder folder;
        {
          qcs::RunFiles whole(folder / "whole");
          replay(whole);
        }
        {
          qcs::RunFiles first(folder / "broken");
          replay(first, {.until = killed});
        }
        std::ofstream(folder / "broken/steps.csv", std::ios::app) << "16,4,0.0";
        qcs::RunFiles second(folder / "broken", {.resume = true});
        replay(second, {.done = checkpoint, .clock = 3});
        for (const char* name : kEqualFiles)
          BOOST_TEST((bytes_of(folder / "whole" / name) == bytes_of(folder / "broken" / name)), name);
      }
    }
}

BOOST_AUTO_TEST_CASE(files_follow_the_run) {
  const TemporaryFolder folder;
  qcs::RunFiles files(folder / "run", {.eval_images = std::vector<std::string>(70, "face.png")});
  replay(files, {.until = 3});
  BOOST_TEST(qcs::read_metrics(folder / "run/metrics.jsonl").epochs.empty());
  BOOST_TEST(!fs::exists(folder / "run/predictions.csv"));
  replay(files, {.until = 5});
  BOOST_TEST(qcs::read_metrics(folder / "run/metrics.jsonl").epochs.size() == 1u);
  BOOST_TEST(qcs::read_predictions(folder / "run/predictions.csv").at(0).image == "face.png");
  BOOST_TEST(fs::exists(folder / "run/curves.png"));
  BOOST_TEST(!fs::exists(folder / "run/test_predictions.csv"));
  const std::string best = bytes_of(folder / "run/predictions.csv");
  predict(files, 1, false);
  qcs::EpochEvent worse = made_up_epoch(1);
  worse.best = false;
  files.on_epoch(worse);
  BOOST_TEST(bytes_of(folder / "run/predictions.csv") == best);
}

BOOST_AUTO_TEST_CASE(what_is_of_no_epoch_behind_is_removed) {
  const TemporaryFolder folder;
  const auto begin = [&](bool resume, int done_epochs) {
    qcs::RunFiles files(folder / "run", {.resume = resume});
    qcs::RunInfo info = made_up_info();
    info.done_epochs = done_epochs;
    files.on_run_begin(info);
  };
  {
    qcs::RunFiles files(folder / "run");
    replay(files);
  }
  begin(true, 3);
  BOOST_TEST(fs::exists(folder / "run/predictions.csv"));
  BOOST_TEST(!fs::exists(folder / "run/test_predictions.csv"));
  begin(true, 2);  // the file is of the third epoch
  BOOST_TEST(!fs::exists(folder / "run/predictions.csv"));
  BOOST_TEST(fs::exists(folder / "run/curves.png"));
  begin(false, 0);
  for (const char* name : {"curves.png", "gates.png", "confusion.png"}) BOOST_TEST(!fs::exists(folder / "run" / name));
}

BOOST_AUTO_TEST_CASE(an_interrupted_test_leaves_no_predictions) {
  const TemporaryFolder folder;
  qcs::RunFiles files(folder / "run");
  replay(files, {.until = 14});
  predict(files, 1, true);
  files.on_run_end({.end = qcs::RunEnd::kInterrupted});
  BOOST_TEST(!fs::exists(folder / "run/test_predictions.csv"));
}

BOOST_AUTO_TEST_CASE(resuming_without_earlier_files_starts_them) {
  const TemporaryFolder folder;
  qcs::RunFiles files(folder / "moved", {.resume = true});
  replay(files, {.done = 10});
  BOOST_TEST(lines_of(folder / "moved/steps.csv").size() == 6u);
  BOOST_TEST(qcs::read_metrics(folder / "moved/metrics.jsonl").epochs.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_broken_file_of_a_run_to_resume_is_named) {
  const TemporaryFolder folder;
  qcs::write_file(folder / "metrics.jsonl", "{\"epochs\": [");
  const fs::path path = folder / "";
  BOOST_CHECK_EXCEPTION(qcs::RunFiles(path, {.resume = true}), qcs::DataError, says("metrics.jsonl:1: "));
}

BOOST_AUTO_TEST_SUITE_END()
