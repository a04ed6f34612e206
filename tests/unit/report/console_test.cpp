// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/report/console/console.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "made_up_run.hpp"
#include "temporary_folder.hpp"

using namespace qcs::test;

namespace {

std::vector<std::string> lines_of(const std::string& text, char end = '\n') {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line, end);) lines.push_back(line);
  return lines;
}

bool holds(const std::string& text, const std::string& words) {
  if (text.find(words) != std::string::npos) return true;
  BOOST_TEST_MESSAGE("not in: " << text);
  return false;
}

/// What `tell(console)` prints where there is no terminal.
std::string plain(auto tell, int print_freq = 2, qcs::LogFile* log = nullptr) {
  std::ostringstream out;
  qcs::ConsoleReporter console(print_freq, qcs::ProgressLine(out, 0), log);
  tell(console);
  return out.str();
}

std::string plain_run(int print_freq) {
  return plain([](auto& console) { replay(console); }, print_freq);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(console)

BOOST_AUTO_TEST_CASE(durations) {
  BOOST_TEST(qcs::format_duration(-1) == "0s");
  BOOST_TEST(qcs::format_duration(45.4) == "45s");
  BOOST_TEST(qcs::format_duration(59.7) == "1m00s");
  BOOST_TEST(qcs::format_duration(723) == "12m03s");
  BOOST_TEST(qcs::format_duration(7500) == "2h05m");
  BOOST_TEST(qcs::format_duration(76 * 3600) == "3d04h");
}

BOOST_AUTO_TEST_CASE(bars) {
  BOOST_TEST(qcs::format_bar(0, 4) == "[>   ]");
  BOOST_TEST(qcs::format_bar(.5, 4) == "[==> ]");
  BOOST_TEST(qcs::format_bar(1, 4) == "[====]");
  BOOST_TEST(qcs::format_bar(7, 4) == "[====]");
}

BOOST_AUTO_TEST_CASE(pace_leaves_breaks_out) {
  qcs::Pace pace;
  BOOST_TEST(!pace.known());
  pace.add(1, 96);
  BOOST_TEST(!pace.known());
  pace.add(3, 96);
  pace.pause();
  pace.add(1000, 96);
  pace.add(1002, 96);
  BOOST_TEST(pace.images_per_second() == 48., boost::test_tools::tolerance(1e-12));
  BOOST_TEST(pace.seconds_per_step() == 2., boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_file_gets_plain_lines) {
  const std::vector<std::string> lines = lines_of(plain_run(2));
  BOOST_TEST_REQUIRE(lines.size() == 7u + 3 * (3 + 1) + 3 + 8 + 1 + 8);
  BOOST_TEST(lines[0] == "QCS (tiny) on RAF-DB, 7 classes, seed 7");
  BOOST_TEST(lines[1] ==
             "train: 120 images (Surprise 20, Fear 10, Disgust 30, Happy 15, Sad 15, Anger 15, Neutral 15)");
  BOOST_TEST(holds(lines[2], "validation: 70 images (Surprise 10, "));
  BOOST_TEST(holds(lines[3], "test: 70 images (Surprise 10, "));
  BOOST_TEST(lines[4] == "3 epochs of 5 batches, 5 steps");
  BOOST_TEST(lines[5] == "  lr 3e-06, batch 24");
  BOOST_TEST(lines[6] == "best epoch chosen on the validation split");
  BOOST_TEST(lines[7] == "epoch 1/3  batch 2/5  loss 1.7071  acc 25.0 %  192.0 images/s  left 2s (run 7s)");
  BOOST_TEST(holds(lines[9], "epoch 1/3  batch 5/5"));
  BOOST_TEST(lines[10] ==
             "epoch 1/3  lr 3e-06  train loss 1.5000 acc 30.0 %  eval loss 1.1000 acc 50.0 % (mean class 50.0 %, "
             "macro F1 0.500)  best 50.0 %  4s");
  BOOST_TEST(lines[19] == "complete: 15 steps in 13s");
  BOOST_TEST(lines[20] == "best epoch 3 of 3: accuracy 70.00 %");
  BOOST_TEST(lines[21] == "accuracy 70.00 %, mean class accuracy 70.00 %, macro F1 0.700");
  BOOST_TEST(lines[23] == "Surprise       10   70.0 %     70.0 %  0.700");
  BOOST_TEST(lines[30] == "test split: accuracy 60.00 %, mean class accuracy 60.00 %, macro F1 0.600, loss 0.3000");
  BOOST_TEST(lines[32] == "Surprise       10   60.0 %     60.0 %  0.600");
  BOOST_TEST(plain_run(2).find('\r') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(print_freq_zero_leaves_the_epochs) {
  BOOST_TEST(lines_of(plain_run(0)).size() == 7u + 3 + 3 + 8 + 1 + 8);
}

BOOST_AUTO_TEST_CASE(the_way_the_best_epoch_is_chosen_is_said) {
  qcs::RunInfo info = made_up_info();
  const auto begin = [&](auto& console) { console.on_run_begin(info); };
  info.selection = qcs::Selection::kTest;
  BOOST_TEST(
      holds(plain(begin), "\nbest epoch chosen on the test split, as the papers do; that flatters the result\n"));
  info.selection = qcs::Selection::kLast;
  info.test = {};
  const std::string text = plain([&](auto& console) {
    console.on_run_begin(info);
    console.on_epoch(made_up_epoch(0));
    console.on_run_end(made_up_summary());
  });
  BOOST_TEST(holds(text, "\nbest epoch: the last one\n"));
  BOOST_TEST(holds(text, "macro F1 0.500)  4s\n"));
  BOOST_TEST(holds(text, "\nlast epoch 3 of 3: accuracy 70.00 %\n"));
  BOOST_TEST(text.find("test: ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_resumed_run_says_so) {
  const std::string text = plain([](auto& console) { replay(console, {.done = 12}); });
  BOOST_TEST(holds(text, "\nlr was 1e-06\nresumed after step 12, epoch 2\n"));
}

BOOST_AUTO_TEST_CASE(every_end_is_named) {
  qcs::RunSummary summary = made_up_summary();
  const auto end = [&](auto& console) {
    console.on_run_begin(made_up_info());
    console.on_run_end(summary);
  };
  summary.end = qcs::RunEnd::kEarly;
  BOOST_TEST(holds(plain(end), "\nstopped early: 15 steps in 13s\nbest epoch 3 of 3"));
  summary.end = qcs::RunEnd::kInterrupted;
  BOOST_TEST(
      holds(plain(end), "\nbest epoch 3 of 3: accuracy 70.00 %\ninterrupted after step 15; go on with --resume\n"));
  const std::string text = plain([&](auto& console) {
    console.on_checkpoint({.file = "runs/a/last.pt", .step = 15});
    end(console);
  });
  BOOST_TEST(holds(text, "go on with --resume runs/a\n"));
  BOOST_TEST(text.find("saved") == std::string::npos);
  summary = {.end = qcs::RunEnd::kInterrupted};
  BOOST_TEST(plain(end).find("best epoch 0") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_step_undone_names_three_images_and_logs_all) {
  const TemporaryFolder folder;
  qcs::LogFile log(folder / "log.txt", false);
  const auto tell = [](auto& console) {
    console.on_skipped_step(
        {.epoch = 1, .batch = 6, .reason = "the loss became nan", .images = {"a", "b", "c", "d", "e"}, .in_a_row = 2});
  };
  BOOST_TEST(plain(tell, 2, &log) ==
             "step undone in epoch 2, batch 7: the loss became nan (2 in a row)\n  a, b, c and 2 more\n");
  BOOST_TEST(holds(bytes_of(folder / "log.txt"), "Z   a, b, c, d, e\n"));
}

BOOST_AUTO_TEST_CASE(a_log_holds_more_than_the_console) {
  const TemporaryFolder folder;
  qcs::LogFile log(folder / "run/log.txt", false);
  std::ostringstream out;
  qcs::ConsoleReporter console(2, qcs::ProgressLine(out, 80), &log);
  replay(console, {.until = kSteps});
  console.on_checkpoint({.file = "last.pt", .step = 5});
  const std::string text = bytes_of(folder / "run/log.txt");
  BOOST_TEST(holds(text, "Z QCS (tiny) on RAF-DB, 7 classes, seed 7\n"));
  BOOST_TEST(holds(text, "Z epoch 1/3  batch 2/5  loss 1.7071  acc 25.0 %  192.0 images/s"));
  BOOST_TEST(holds(text, "Z saved last.pt after step 5\n"));
  BOOST_TEST(out.str().find("batch 2/5") == std::string::npos);
  BOOST_TEST(out.str().find("saved") == std::string::npos);
  const std::regex stamped("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ .*");
  for (const std::string& line : lines_of(text)) BOOST_TEST(std::regex_match(line, stamped), line);
}

BOOST_AUTO_TEST_CASE(a_log_is_gone_on_with_or_started_anew) {
  const TemporaryFolder folder;
  for (const bool append : {false, true, false}) qcs::LogFile(folder / "log.txt", append).line("one\ntwo");
  BOOST_TEST(lines_of(bytes_of(folder / "log.txt")).size() == 2u);
  qcs::LogFile(folder / "log.txt", true).line("three");
  BOOST_TEST(lines_of(bytes_of(folder / "log.txt")).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_be_written_is_named) {
  const TemporaryFolder folder;
  const auto says = [](std::string words) { return [words](const qcs::Error& e) { return holds(e.what(), words); }; };
  qcs::LogFile(folder / "file", false);
  BOOST_CHECK_EXCEPTION(qcs::LogFile(folder / "file/log.txt", false), qcs::Error,
                        says("file/log.txt: Not a directory"));
  qcs::LogFile full("/dev/full", false);
  BOOST_CHECK_EXCEPTION(full.line("x"), qcs::Error, says("cannot write /dev/full: No space left on device"));
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_one_line_redrawn_and_never_wrapped) {
  std::ostringstream out;
  qcs::ConsoleReporter console(30, qcs::ProgressLine(out, 60));
  replay(console, {.until = kSteps});
  console.on_evaluation({.images = 35, .total = 70, .seconds = 2});
  const std::vector<std::string> frames = lines_of(out.str(), '\r');
  BOOST_TEST(holds(out.str(), "[====>     ]  40 %"));
  BOOST_TEST(holds(out.str(), "[=====>    ] 35/70 images"));
  for (const std::string& frame : frames) {
    if (frame.find('[') == 0 || frame.find('\n') != std::string::npos) continue;
    BOOST_TEST(frame.size() < 60u + 3);  // 3 bytes wipe the line
  }
}

BOOST_AUTO_TEST_CASE(lines_that_stay_wipe_the_live_one) {
  std::ostringstream out;
  qcs::ProgressLine line(out, 40);
  line.show("half");
  line.print("whole");
  line.print("next");
  BOOST_TEST(out.str() == "\r\033[Khalf\r\033[Kwhole\nnext\n");
}

BOOST_AUTO_TEST_CASE(a_long_recipe_is_wrapped) {
  std::ostringstream out;
  qcs::ConsoleReporter console(30, qcs::ProgressLine(out, 0));
  qcs::RunInfo info = made_up_info();
  for (int i = 0; i < 30; ++i) info.recipe.emplace_back("setting", std::to_string(i));
  console.on_run_begin(info);
  for (const std::string& line : lines_of(out.str())) BOOST_TEST(line.size() <= 101u);
  BOOST_TEST(holds(out.str(), "setting 29"));
}

BOOST_AUTO_TEST_CASE(an_evaluation_alone_needs_no_run) {
  std::ostringstream out;
  qcs::ConsoleReporter console(30, qcs::ProgressLine(out, 80));
  console.on_evaluation({.images = 35, .total = 70, .seconds = 2});
  console.on_evaluation({.images = 70, .total = 70, .seconds = 4});
  BOOST_TEST(holds(out.str(), "\r\033[Kevaluation [=====>    ] 35/70 images  18 images/s  left 2s"));
  BOOST_TEST(out.str().substr(out.str().size() - 4) == "\r\033[K");
}

BOOST_AUTO_TEST_SUITE_END()
