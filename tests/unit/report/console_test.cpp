// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/report/console.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "made_up_run.hpp"

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

std::string plain_run(int print_freq) {
  std::ostringstream out;
  qcs::ConsoleReporter console(print_freq, qcs::ProgressLine(out, 0));
  replay(console);
  return out.str();
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
  BOOST_TEST_REQUIRE(lines.size() == 3u + 3 * (3 + 1) + 2 + 8);
  BOOST_TEST(lines[0] == "qcs (tiny) on RAF-DB: 120 training and 70 evaluation images, 7 classes, seed 7");
  BOOST_TEST(lines[2] == "  lr 3e-06, batch 24");
  BOOST_TEST(lines[3] == "epoch 1/3  step 2/5  loss 1.7071  acc 25.0 %  192.0 images/s  left 2s (run 7s)");
  BOOST_TEST(holds(lines[5], "epoch 1/3  step 5/5"));
  BOOST_TEST(
      lines[6] ==
      "epoch 1/3  lr 3e-06  train loss 1.5000 acc 30.0 %  eval loss 1.1000 acc 50.0 % (mean class 50.0 %, "
      "macro F1 0.500)  best 50.0 %  4s");
  BOOST_TEST(lines[15] == "best epoch 3 of 3: accuracy 70.00 %; 15 steps in 13s");
  BOOST_TEST(lines[16] == "accuracy 70.00 %, mean class accuracy 70.00 %, macro F1 0.700");
  BOOST_TEST(lines[18] == "Surprise       10   70.0 %     70.0 %  0.700");
  BOOST_TEST(plain_run(2).find('\r') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(print_freq_zero_leaves_the_epochs) {
  BOOST_TEST(lines_of(plain_run(0)).size() == 3u + 3 + 2 + 8);
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_one_line_redrawn_and_never_wrapped) {
  std::ostringstream out;
  qcs::ConsoleReporter console(30, qcs::ProgressLine(out, 60));
  replay(console, 0, 1);
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
