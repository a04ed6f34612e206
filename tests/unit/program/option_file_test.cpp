// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <qcs/program/option_table.hpp>
#include <qcs/program/process.hpp>
#include <string>

namespace fs = std::filesystem;
using namespace qcs::program;

namespace {

struct File {
  fs::path path = fs::temp_directory_path() / ("qcs_option_file_" + std::to_string(::getpid()));
  ~File() { fs::remove(path); }
  const fs::path& with(const std::string& text) const {
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
};

std::string what(const auto& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

const std::string kValues[] = {
    "a#1/datas", " blanks ",       "\"quoted\"",     "x = y", "[section]", "two\nlines", "back\\slash\\", "\xFF\xFE",
    "'single'",  "tab\tand\rmore", "--option=other", "# all", "",          "\"",         "\\\"",          "é ü"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(option_files, File)

BOOST_AUTO_TEST_CASE(any_value_survives) {
  std::string text = "# a comment\n";
  for (const auto& value : kValues) text += option_line("name", value);
  const auto file = read_option_file(with(text));
  BOOST_REQUIRE(file.quoted.size() == std::size(kValues));
  for (std::size_t i = 0; i < std::size(kValues); ++i) BOOST_TEST(file.quoted[i].second == kValues[i]);
  BOOST_TEST(file.others == "# a comment\n");
}

BOOST_AUTO_TEST_CASE(any_path_survives_a_table) {
  for (const auto& value : kValues) {
    if (value.empty()) continue;
    fs::path before, after;
    OptionTable first("first");
    first.path("image-root", before, "");
    std::string program = "program", name = "--image-root=" + value;
    char* arguments[] = {program.data(), name.data()};
    first.parse(2, arguments);
    first.assign();
    BOOST_TEST(before.string() == value);

    OptionTable second("second");
    second.path("image-root", after, "");
    second.recall(with(first.lines({})));
    second.assign();
    BOOST_TEST(after.string() == fs::absolute(before).string());
    BOOST_TEST(second.lines({}) == first.lines({}));
  }
}

BOOST_AUTO_TEST_CASE(lines_without_quotes_are_as_boost_has_them) {
  fs::path root, list;
  std::string model;
  int epochs = 0;
  bool flip = false;
  OptionTable table("table");
  table.path("image-root", root, "");
  table.path("train-list", list, "");
  table.text("model", model, "");
  table.number<int>("epochs", epochs, qcs::at_least(1), "");
  table.flag("flip-test", flip, "");
  table.recall(
      with("# of the version before\r\n  model =  DCS # the smaller one\r\nflip-test = true\nepochs=3\n"
           "  image-root = \"/a #1/b\"  # quoted\r\ntrain-list = it's \"here\"\n"));
  table.assign();
  BOOST_TEST(model == "DCS");
  BOOST_TEST(epochs == 3);
  BOOST_TEST(flip);
  BOOST_TEST(root == "/a #1/b");
  BOOST_TEST(list == "it's \"here\"");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_file_is_said) {
  std::string model;
  const auto recall = [&](const std::string& text) {
    OptionTable table("table");
    table.text("model", model, "");
    return what([&] { table.recall(with(text)); });
  };
  BOOST_TEST(recall("model = \"DCS\n") == path.string() + ": the value of `model` lacks its closing quote");
  BOOST_TEST(recall("model = \"DCS\" or so\n") ==
             path.string() + ": `or so` stands behind the quoted value of `model`");
  BOOST_TEST(recall("modle = \"DCS\"\n") == path.string() + ": unrecognised option `modle`");
  BOOST_TEST(recall("model = \"DCS\"\nmodel = \"QCS\"\n").find("more than once") != std::string::npos);
  BOOST_TEST(what([] { read_option_file("/"); }) == "cannot read the config file /");
}

BOOST_AUTO_TEST_CASE(a_supposed_value_is_kept_and_not_given) {
  fs::path root;
  const auto lines = [&](std::string argument) {
    OptionTable table("table");
    table.path("data-root", root, "");
    std::string program = "program";
    char* arguments[] = {program.data(), argument.data()};
    table.parse(argument.empty() ? 1 : 2, arguments);
    table.suppose("data-root", "datas");
    BOOST_TEST(table.given("data-root") == !argument.empty());
    table.assign();
    return table.lines({});
  };
  BOOST_TEST(lines("") == option_line("data-root", fs::absolute("datas").string()));
  BOOST_TEST(root == "datas");
  BOOST_TEST(lines("--data-root=/d") == option_line("data-root", "/d"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(omp_num_threads_counts_where_it_is_a_number_of_threads) {
  for (const auto& [text, threads] : {std::pair{"1", 1}, {"4,2", 4}, {" 3 ", 3}, {"3 , 2", 3}, {"1024", 1024}}) {
    BOOST_TEST(thread_choice(text, 7).threads == threads);
    BOOST_TEST(!thread_choice(text, 7).note.has_value());
  }
  for (const char* text : {static_cast<const char*>(nullptr), "", "  "}) {
    BOOST_TEST(thread_choice(text, 7).threads == 7);
    BOOST_TEST(!thread_choice(text, 7).note.has_value());
  }
  for (const char* text : {"0", "-1", "four", "4x", ",4", "1.5", "1025", "99999999999999999999"}) {
    BOOST_TEST(thread_choice(text, 7).threads == 7);
    BOOST_TEST(thread_choice(text, 7).note.value() ==
               "OMP_NUM_THREADS is `" + std::string(text) +
                   "`, expected a number within 1..1024; computing with 7 threads");
  }
}
