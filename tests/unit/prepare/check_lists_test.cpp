// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <qcs/data/list/image_list.hpp>
#include <qcs/prepare/check.hpp>

#include "prepare_support.hpp"

namespace {

using support::message_of;

/// A list, and all its faults as "LINE: WHAT"; ROOT stands for the image folder.
struct Malformed {
  std::string_view content;
  std::vector<std::string> faults;
};

std::ostream& operator<<(std::ostream& out, const Malformed& m) { return out << '"' << m.content << '"'; }

using namespace std::string_literals;
using namespace std::string_view_literals;

/// Every list ends with six good lines, so that no class is too small.
const Malformed kMalformed[]{
    {"", {}},
    {"\r\n"sv, {"1: blank line"}},
    {"\n\n \t\n", {"1: blank line", "2: blank line", "3: blank line"}},
    {"\xEF\xBB\xBF\n", {"1: blank line"}},
    {"g.png\n", {"1: expected `name label`, found `g.png`; there is no label"}},
    {"g.png \n", {"1: expected `name label`, found `g.png `; it ends with a space"}},
    {" 0\n", {"1: expected `name label`, found ` 0`; it starts with a space"}},
    {"0\n", {"1: expected `name label`, found `0`; there is no label"}},
    {"g.png  0\n", {"1: expected `name label`, found `g.png  0`; there is more than one space before the label"}},
    {" g.png 0\n", {"1: expected `name label`, found ` g.png 0`; it starts with a space"}},
    {"g.png 0 \n", {"1: expected `name label`, found `g.png 0 `; it ends with a space"}},
    {"g.png\t0\n", {"1: expected `name label`, found `g.png\t0`; a tab stands where one space should"}},
    {"g.png,0\n", {"1: expected `name label`, found `g.png,0`; a comma stands where one space should"}},
    {"g.png;0\n", {"1: expected `name label`, found `g.png;0`; a semicolon stands where one space should"}},
    {"g.png\xC2\xA0"
     "0\n",
     {"1: expected `name label`, found `g.png\xC2\xA0"
      "0`; a no-break space stands where one space should"}},
    {"0 g.png\n", {"1: `g.png` is not a label; the label comes second"}},
    {"g.png 1 4\n", {"1: label 4 is not within 0..2; the line has three fields, `g.png` and two more"}},
    {"g.png 1 2\n", {"1: no image file `ROOT/g.png 1`; the line has three fields, `g.png` and two more"}},
    {"g.png 1 0.25\n", {"1: `0.25` is not a label; the line has three fields, `g.png` and two more"}},
    {"g.png 5 6 7 2\n", {"1: no image file `ROOT/g.png 5 6 7`; the line has five fields, `g.png` and four more"}},
    {"lost.png 1 2\n", {"1: no image file `ROOT/lost.png 1`; the line has three fields, `lost.png` and two more"}},
    {"g 0\n", {"1: no image file `ROOT/g`; the name has no extension: `g.png` exists"}},
    {"sub/h 0\n", {"1: no image file `ROOT/sub/h`; the name has no extension: `sub/h.png` exists"}},
    {"g.jpg 0\n", {"1: no image file `ROOT/g.jpg`; `g.png` exists"}},
    {"h.png 0\n", {"1: no image file `ROOT/h.png`; `sub/h.png` exists"}},
    {"img/g.png 0\n", {"1: no image file `ROOT/img/g.png`; names are relative to the image folder: `g.png` exists"}},
    {"/data/faces/sub/h.png 0\n",
     {"1: `/data/faces/sub/h.png` leaves the image folder; names are relative to the image folder: `sub/h.png` "
      "exists"}},
    {"C:\\faces\\g.png 0\n",
     {"1: no image file `ROOT/C:\\faces\\g.png`; names are relative to the image folder: `g.png` exists"}},
    {"g.png zero\n", {"1: `zero` is not a label"}},
    {"g.png 0x1\n", {"1: `0x1` is not a label"}},
    {"g.png 1.0\n", {}},
    {"g.png +1\n", {}},
    {"g.png 1e0\n", {}},
    {"g.png 1.5\n", {"1: `1.5` is not a label; labels are whole numbers"}},
    {"g.png nan\n", {"1: `nan` is not a label; labels are whole numbers"}},
    {"g.png 99999999999999999999\n", {"1: `99999999999999999999` is not a label"}},
    {"g.png 0\0\n"sv, {"1: `0\0` is not a label; there is a zero byte in it"s}},
    {"g.png \xD9\xA1\n", {"1: `\xD9\xA1` is not a label"}},
    {"g.png -1\n", {"1: label -1 is not within 0..2"}},
    {"g.png 3\n", {"1: label 3 is not within 0..2"}},
    {"../img/g.png 0\n",
     {"1: `../img/g.png` leaves the image folder; names are relative to the image folder: `g.png` exists"}},
    {"sub/../g.png 0\n",
     {"1: `sub/../g.png` leaves the image folder; names are relative to the image folder: `g.png` exists"}},
    {".. 0\n", {"1: `..` leaves the image folder"}},
    {"/etc/passwd 0\n", {"1: `/etc/passwd` leaves the image folder"}},
    {"g.png 0\ng.png 1\n", {"2: `g.png` has label 1, in line 1 it has 0"}},
    {"g.png 0\n./g.png 1\n", {"2: `./g.png` has label 1, in line 1 it has 0"}},
    {"sub/h.png 0\nsub//h.png 1\nsub/./h.png 2\n",
     {"2: `sub//h.png` has label 1, in line 1 it has 0", "3: `sub/./h.png` has label 2, in line 1 it has 0"}},
    {"none.png 0\nnone.png 0\n", {"1: no image file `ROOT/none.png`", "2: no image file `ROOT/none.png`"}},
    {"G.PNG 0\n", {"1: no image file `ROOT/G.PNG`; `g.png` exists"}},
    {"sub 0\n", {"1: no image file `ROOT/sub`"}},
    {". 0\n", {"1: no image file `ROOT/.`"}},
    {"g.png/ 0\n", {"1: no image file `ROOT/g.png/`"}},
    {"g.png\0x 0\n"sv, {"1: no image file `ROOT/g.png\0x`; there is a zero byte in it"s}},
    {"\"g.png\" 0\n", {"1: no image file `ROOT/\"g.png\"`; names stand without quotes: `g.png` exists"}},
    {"sub\\h.png 0\n", {"1: no image file `ROOT/sub\\h.png`; folders are separated by `/`: `sub/h.png` exists"}},
    {"image label\ng.png 0\n", {"1: `label` is not a label; lists have no header"}},
    {"g.png 7\n\nnone.png 1\nbad\n",
     {"1: label 7 is not within 0..2", "2: blank line", "3: no image file `ROOT/none.png`",
      "4: expected `name label`, found `bad`; there is no label"}},
};
static_assert(std::size(kMalformed) >= 40);

constexpr const char* kGood = "a.png 0\nb.png 0\nc.png 1\nd.png 1\ne.png 2\nf.png 2\n";

struct Folder : support::TemporaryFolder {
  Folder() {
    for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "sub/h", "two words"})
      write(fmt::format("img/{}.png", name), "x");
  }

  qcs::CheckOptions options(std::string_view train, std::string_view test = {}) const {
    qcs::CheckOptions options{
        .train = write("train.txt", train), .images = *this / "img", .labels = qcs::Labels::numbered(3)};
    if (!test.empty()) options.test = write("test.txt", test);
    return options;
  }

  /// The faults as text, with TRAIN, TEST and ROOT for the paths.
  std::vector<std::string> faults(const qcs::CheckReport& report) const {
    std::vector<std::string> faults;
    for (const auto& fault : report.faults) {
      auto& text = faults.emplace_back(fault.text());
      for (const auto& [path, name] : {std::pair{"train.txt", "TRAIN"}, {"test.txt", "TEST"}, {"img", "ROOT"}}) {
        const std::string whole = (*this / path).string();
        for (std::size_t at; (at = text.find(whole)) != std::string::npos;) text.replace(at, whole.size(), name);
      }
    }
    return faults;
  }
  std::vector<std::string> faults(std::string_view train, std::string_view test = {}) const {
    return faults(qcs::check_lists(options(train, test)));
  }
};

using Texts = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(check_lists)

BOOST_DATA_TEST_CASE(faults_are_named_with_file_and_line, boost::unit_test::data::make(kMalformed), sample) {
  const Folder folder;
  const std::string content = std::string(sample.content) + kGood;
  Texts expected;
  for (const auto& fault : sample.faults) expected.push_back("TRAIN:" + fault);
  BOOST_TEST(folder.faults(content) == expected, boost::test_tools::per_element());
  // Reading the same list for training finds the same lines at fault.
  const auto read = [&] { qcs::read_image_list(folder / "train.txt", folder / "img", 3); };
  if (expected.empty())
    BOOST_CHECK_NO_THROW(read());
  else
    BOOST_TEST(message_of<qcs::DataError>(read).find(fmt::format(": {} fault", expected.size())) != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(an_image_in_both_lists_is_a_fault_that_names_both_lines, Folder) {
  BOOST_TEST(faults(kGood, "g.png 0\n./c.png 1\nnone.png 1\na.png 0\n") ==
                 (Texts{"TEST:2: `./c.png` is also in TRAIN:3", "TEST:3: no image file `ROOT/none.png`",
                        "TEST:4: `a.png` is also in TRAIN:1"}),
             boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(good_lines_are_counted_by_class, Folder) {
  const auto report = qcs::check_lists(options(std::string(kGood) + "two words.png 1\nnone.png 0\n\n", "g.png 2\r\n"));
  BOOST_TEST(report.lists.size() == 2U);
  BOOST_TEST((report.lists[0].lines == 8 && report.lists[0].images == 7));
  BOOST_TEST((report.lists[0].per_class == std::vector<std::size_t>{2, 3, 2}));
  BOOST_TEST((report.lists[1].lines == 1 && report.lists[1].per_class == std::vector<std::size_t>{0, 0, 1}));
  BOOST_TEST((report.faults.size() == 1 && report.sizes.empty()));
}

BOOST_FIXTURE_TEST_CASE(classes_too_small_for_pairs_are_faults, Folder) {
  auto few = options("a.png 0\nb.png 0\nc.png 1\n");
  few.labels = {.name = "Toy", .classes = {"cat", "dog", "cow"}};
  BOOST_TEST(faults(qcs::check_lists(few)) == (Texts{"TRAIN: class 1 (dog) has 1 image, training needs at least 2",
                                                     "TRAIN: class 2 (cow) has no image, training needs at least 2"}),
             boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(empty_and_missing_files, Folder) {
  BOOST_TEST(faults("", "\n\n") == (Texts{"TRAIN: the image list is empty", "TEST: the image list is empty"}),
             boost::test_tools::per_element());
  auto missing = options(kGood);
  missing.train = *this / "none.txt";
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::check_lists(missing); }) ==
             (*this / "none.txt").string() + ": cannot open this image list");
  missing = options(kGood);
  missing.images = *this / "none";
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::check_lists(missing); }) ==
             (*this / "none").string() + ": there is no such image folder");
  missing = options(kGood);
  missing.labels = {};
  BOOST_CHECK_THROW(qcs::check_lists(missing), qcs::ConfigError);
}

BOOST_FIXTURE_TEST_CASE(images_are_opened_if_asked_to, Folder) {
  int number = 0;
  for (const char* name : {"a", "b", "c", "d", "e"})
    support::write_picture(*this, fmt::format("img/{}.png", name), ++number);
  support::write_picture(*this, "img/f.png", 9, 50, 30);
  support::write_picture(*this, "img/j.jpg", 9);
  const auto jpeg = support::content_of(*this / "img/j.jpg");
  write("img/cut.jpg", jpeg.substr(0, jpeg.size() / 2));
  write("img/empty.png", "");
  for (const int threads : {1, 3}) {
    std::size_t calls = 0;
    auto all = options(std::string("cut.jpg 0\nbad\nempty.png 1\ng.png 2\n") + kGood, "j.jpg 0\n");
    all.open = true;
    all.threads = threads;
    all.progress = [&](std::size_t done, std::size_t total) { calls += done <= total ? 1 : 0; };
    const auto report = qcs::check_lists(all);
    BOOST_TEST(calls == 10U);
    const auto found = faults(report);
    BOOST_REQUIRE(found.size() == 4U);
    BOOST_TEST(found[0].starts_with("TRAIN:1: ROOT/cut.jpg: "));
    BOOST_TEST(found[1] == "TRAIN:2: expected `name label`, found `bad`; there is no label");
    BOOST_TEST(found[2].starts_with("TRAIN:3: ROOT/empty.png: "));
    BOOST_TEST(found[3].starts_with("TRAIN:4: ROOT/g.png: "));
    BOOST_TEST((report.lists[0].per_class == std::vector<std::size_t>{2, 2, 2} && report.lists[0].images == 6));
    BOOST_TEST((report.sizes == std::map<std::pair<int, int>, std::size_t>{{{20, 24}, 6}, {{30, 50}, 1}}));
  }
}

BOOST_FIXTURE_TEST_CASE(repeated_training_lines_are_a_note_and_repeated_test_lines_a_fault, Folder) {
  const auto report = qcs::check_lists(options(std::string(kGood) + "./a.png 0\na.png 0\n", "g.png 0\ng.png 0\n"));
  BOOST_TEST(faults(report) == (Texts{"TEST:2: `g.png` is already in line 1"}), boost::test_tools::per_element());
  BOOST_REQUIRE(report.notes.size() == 1U);
  BOOST_TEST(report.notes[0].what == "2 of 8 lines repeat an earlier one");
  BOOST_TEST((report.lists[0].lines == 8 && report.lists[0].images == 6), "files are counted");
  const auto small = qcs::check_lists(options("a.png 0\na.png 0\nb.png 1\nc.png 1\nd.png 2\ne.png 2\n"));
  BOOST_TEST(faults(small) == (Texts{"TRAIN: class 0 (class 0) has 1 image, training needs at least 2"}),
             boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(classes_left_empty_by_faulty_lines_come_after_those, Folder) {
  const auto found = faults("a.png 1 4\nb.png 1 2\n");
  BOOST_REQUIRE(found.size() == 5U);
  BOOST_TEST(found[0].starts_with("TRAIN:1: label 4 is not within 0..2; the line has three fields"));
  BOOST_TEST(found[2].starts_with("TRAIN: class 0 "));
}

BOOST_FIXTURE_TEST_CASE(contents_that_names_do_not_say_are_notes, Folder) {
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    support::write_picture(*this, fmt::format("img/{}.png", name), 3);
  support::write_picture(*this, "img/bmp.bmp", 4);
  std::filesystem::rename(*this / "img/bmp.bmp", *this / "img/really.jpg");
  write("img/page.jpg", "<!DOCTYPE html><html></html>");
  write("img/pointer.jpg", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  auto all = options(std::string(kGood) + "really.jpg 0\npage.jpg 0\npointer.jpg 1\n");
  all.open = true;
  const auto report = qcs::check_lists(all);
  const auto found = faults(report);
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].find("it starts with `<!DOCTYPE html>") != std::string::npos, found[0]);
  BOOST_TEST(found[1].find("it is a Git LFS pointer") != std::string::npos, found[1]);
  BOOST_REQUIRE(report.notes.size() == 1U);
  BOOST_TEST(report.notes[0].line == 7U);
  BOOST_TEST(report.notes[0].what.ends_with("really.jpg: JPEG by its name, BMP by its content"));
}

BOOST_FIXTURE_TEST_CASE(three_hundred_thousand_lines, support::TemporaryFolder) {
  write("img/0.png", "");
  for (int i = 1; i < 1000; ++i) std::ofstream(*this / fmt::format("img/{}.png", i));
  std::string content;
  for (int i = 0; i < 300000; ++i) content += fmt::format("{}.png {}\n", i, i % 7);
  const auto report = qcs::check_lists(
      {.train = write("list.txt", content), .images = *this / "img", .labels = qcs::Labels::numbered(7)});
  BOOST_TEST((report.lists[0].lines == 300000 && report.lists[0].images == 1000 && report.faults.size() == 299000));
  BOOST_TEST(report.faults.back().line == 300000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
