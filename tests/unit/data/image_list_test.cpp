// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

#include <qcs/data/class_index.hpp>

#include "support.hpp"

namespace {

using support::message_of;
using support::TemporaryFolder;

/// A list with one fault, and the message after "LIST:".
struct Malformed {
  const char* content;
  const char* message;
};

std::ostream& operator<<(std::ostream& out, const Malformed& m) { return out << '"' << m.content << '"'; }

const Malformed kMalformed[]{
    {"a.png 0\n\nb.png 1\n", "2: blank line"},
    {"a.png 0\n \t\nb.png 1\n", "2: blank line"},
    {"\na.png 0\n", "1: blank line"},
    {"a.png\n", "1: expected `name label`, found `a.png`; there is no label"},
    {"a.png 0\nb.png \n", "2: expected `name label`, found `b.png `; it ends with a space"},
    {" 0\n", "1: expected `name label`, found ` 0`; it starts with a space"},
    {"a.png  0\n", "1: expected `name label`, found `a.png  0`; there is more than one space before the label"},
    {" a.png 0\n", "1: expected `name label`, found ` a.png 0`; it starts with a space"},
    {"a.png\t0\n", "1: expected `name label`, found `a.png\t0`; a tab stands where one space should"},
    {"a.png,0\n", "1: expected `name label`, found `a.png,0`; a comma stands where one space should"},
    {"0\n", "1: expected `name label`, found `0`; there is no label"},
    {"a.png zero\n", "1: `zero` is not a label"},
    {"a.png 0x1\n", "1: `0x1` is not a label"},
    {"a.png 2.5\n", "1: `2.5` is not a label; labels are whole numbers"},
    {"a.png nan\n", "1: `nan` is not a label; labels are whole numbers"},
    {"a.png inf\n", "1: `inf` is not a label; labels are whole numbers"},
    {"a.png +-1\n", "1: `+-1` is not a label"},
    {"a.png 99999999999999999999\n", "1: `99999999999999999999` is not a label"},
    {"a.png 0\n\xEF\xBB\xBF"
     "b.png 1\n",
     "2: no image file `ROOT/\xEF\xBB\xBF"
     "b.png`"},
    {"a.png -1\n", "1: label -1 is not within 0..2"},
    {"a.png 3\n", "1: label 3 is not within 0..2"},
    {"../a.png 0\n", "1: `../a.png` leaves the image folder; names are relative to the image folder: `a.png` exists"},
    {"sub/../../a.png 0\n",
     "1: `sub/../../a.png` leaves the image folder; names are relative to the image folder: `a.png` exists"},
    {"/etc/passwd 0\n", "1: `/etc/passwd` leaves the image folder"},
    {"a.png 0\nb.png 1\na.png 0\n", "3: `a.png` is already in line 1"},
    {"a.png 0\n./a.png 1\n", "2: `./a.png` has label 1, in line 1 it has 0"},
    {"c.png 0\n", "1: no image file `ROOT/c.png`"},
    {"A.png 0\n", "1: no image file `ROOT/A.png`; `a.png` exists"},
    {"sub 0\n", "1: no image file `ROOT/sub`"},
};

struct Folder : TemporaryFolder {
  Folder() {
    for (const char* name : {"img/a.png", "img/b.png", "img/two words.png", "img/sub/d.png"}) write(name, "x");
  }
  qcs::ImageList read(std::string_view content) const {
    return qcs::read_image_list(write("list.txt", content), *this / "img", 3);
  }
  std::string list() const { return (*this / "list.txt").string(); }
};

BOOST_AUTO_TEST_SUITE(image_list)

BOOST_DATA_TEST_CASE(a_fault_is_named_with_file_and_line, boost::unit_test::data::make(kMalformed), sample) {
  const Folder folder;
  std::string expected = sample.message;
  if (const auto at = expected.find("ROOT"); at != std::string::npos)
    expected.replace(at, 4, (folder / "img").string());
  const auto message = message_of<qcs::DataError>([&] { folder.read(sample.content); });
  BOOST_TEST(message == fmt::format("{0}: 1 fault\n{0}:{1}", folder.list(), expected));
}

BOOST_FIXTURE_TEST_CASE(all_faults_are_reported_at_once, Folder) {
  const auto message = message_of<qcs::DataError>([&] { read("a.png 7\nb.png\n\nnone.png 1\na.png 0\na.png 1\n"); });
  BOOST_TEST(message == fmt::format("{0}: 5 faults\n"
                                    "{0}:1: label 7 is not within 0..2\n"
                                    "{0}:2: expected `name label`, found `b.png`; there is no label\n"
                                    "{0}:3: blank line\n"
                                    "{0}:4: no image file `{1}/none.png`\n"
                                    "{0}:6: `a.png` has label 1, in line 5 it has 0",
                                    list(), (*this / "img").string()));
}

BOOST_FIXTURE_TEST_CASE(only_the_first_faults_are_spelled_out, Folder) {
  std::string content;
  for (int i = 0; i < 25; ++i) content += "bad\n";
  const auto message = message_of<qcs::DataError>([&] { read(content); });
  BOOST_TEST(message.starts_with(list() + ": 25 faults\n"));
  BOOST_TEST(message.ends_with(list() + ":20: expected `name label`, found `bad`; there is no label\nand 5 more"));
}

BOOST_FIXTURE_TEST_CASE(reads_what_editors_and_systems_write, Folder) {
  for (const char* content : {"a.png 0\nb.png 2\n", "a.png 0\r\nb.png 2\r\n",
                              "\xEF\xBB\xBF"
                              "a.png 0\nb.png 2",
                              "a.png 0\nb.png 2\n\n \n\r\n", "a.png 0\rb.png 2\r", "a.png 0.0\nb.png 2.0\n",
                              "a.png 0e0\nb.png 2.000000000000000000e+00\n", "a.png -0\nb.png +2\n"}) {
    const qcs::ImageList list = read(content);
    BOOST_REQUIRE(list.images.size() == 2);
    BOOST_TEST(list.images[0].path.string() == (*this / "img/a.png").string());
    BOOST_TEST(list.images[1].label == 2);
    BOOST_TEST(list.classes == 3);
  }
}

BOOST_FIXTURE_TEST_CASE(the_label_follows_the_last_space, Folder) {
  const qcs::ImageList list = read("two words.png 1\nsub/d.png 2\n");
  BOOST_TEST(list.images[0].path.filename().string() == "two words.png");
  BOOST_TEST(list.images[0].label == 1);
  BOOST_TEST((list.labels() == std::vector{1, 2}));
}

BOOST_FIXTURE_TEST_CASE(training_lists_may_repeat_a_line, Folder) {
  const auto take = [&](std::string_view content) {
    return qcs::read_image_list(write("list.txt", content), *this / "img", 3, qcs::Repeats::kTake);
  };
  const auto list = take("a.png 0\nb.png 1\n./a.png 0\nsub/d.png 2\nsub//d.png 2\na.png 0\n");
  BOOST_TEST((list.labels() == std::vector{0, 1, 0, 2, 2, 0}));
  BOOST_TEST((list.files() == std::vector<std::size_t>{0, 1, 0, 3, 3, 0}));
  BOOST_TEST(list.repeats() == 3U);
  BOOST_TEST(message_of<qcs::DataError>([&] { take("a.png 0\na.png 0\na.png 1\n"); }) ==
             fmt::format("{0}: 1 fault\n{0}:3: `a.png` has label 1, in line 1 it has 0", this->list()));
}

BOOST_FIXTURE_TEST_CASE(other_encodings_and_formats_are_named, Folder) {
  using namespace std::string_literals;
  const auto wide = [](std::string_view text, bool little) {
    std::string all;
    for (const char c : text) all += little ? std::string{c, '\0'} : std::string{'\0', c};
    return all;
  };
  const std::string text = "a.png 0\nb.png 1\n";
  for (const auto& [content, what] :
       {std::pair{"\xFF\xFE" + wide(text, true), "is in UTF-16 (little-endian); save it as UTF-8"},
        {"\xFE\xFF" + wide(text, false), "is in UTF-16 (big-endian); save it as UTF-8"},
        {wide(text, true), "is in UTF-16 (little-endian); save it as UTF-8"},
        {wide(text, false), "is in UTF-16 (big-endian); save it as UTF-8"},
        {"\xFF\xFE\0\0a\0\0\0"s, "is in UTF-32; save it as UTF-8"},
        {"PK\x03\x04"s, "is a zip archive, not text"},
        {"\x89PNG\r\n\x1A\n"s, "is a PNG image, not text"},
        {"version https://git-lfs.github.com/spec/v1\n"s,
         "is a Git LFS pointer, not the file itself (`git lfs pull` fetches it), not text"}})
    BOOST_TEST(message_of<qcs::DataError>([&] { read(content); }) ==
               fmt::format("{}: this image list {}", list(), what));
}

BOOST_FIXTURE_TEST_CASE(names_need_not_be_utf8, Folder) {
  write("img/\xE9.png", "x");
  const auto list = read("\xE9.png 1\n");
  BOOST_TEST(list.images.at(0).path.filename().string() == "\xE9.png");
  BOOST_TEST(message_of<qcs::DataError>([&] { read("\xE8.png 1\n"); }).ends_with("; the name is not UTF-8"));
}

BOOST_FIXTURE_TEST_CASE(missing_files_and_empty_lists_are_named, Folder) {
  const auto no_list = message_of<qcs::DataError>([&] { qcs::read_image_list(*this / "no.txt", path(), 3); });
  BOOST_TEST(no_list == (*this / "no.txt").string() + ": cannot open this image list");
  const auto no_root = message_of<qcs::DataError>([&] { qcs::read_image_list(list(), *this / "none", 3); });
  BOOST_TEST(no_root == (*this / "none").string() + ": there is no such image folder");
  BOOST_TEST(message_of<qcs::DataError>([&] { read(""); }) == list() + ": the image list is empty");
  BOOST_TEST(message_of<qcs::DataError>([&] { read("\n\n"); }) == list() + ": the image list is empty");
  BOOST_CHECK_THROW(qcs::read_image_list(list(), path(), 0), qcs::ConfigError);
}

BOOST_AUTO_TEST_CASE(class_index_groups_images_by_class) {
  const std::vector labels{2, 0, 2, 4, 0, 2};
  const qcs::ClassIndex index(labels, 6);
  BOOST_TEST(index.images(2) == (std::vector<std::size_t>{0, 2, 5}), boost::test_tools::per_element());
  BOOST_TEST(index.images(0) == (std::vector<std::size_t>{1, 4}), boost::test_tools::per_element());
  BOOST_TEST(index.images(5).empty());
  BOOST_TEST(index.present() == (std::vector{0, 2, 4}), boost::test_tools::per_element());
  for (std::size_t i = 0; i < labels.size(); ++i) BOOST_TEST(index.images(labels[i])[index.rank(i)] == i);
  BOOST_CHECK_THROW(qcs::ClassIndex(labels, 4), qcs::DataError);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
