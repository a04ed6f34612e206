// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/data/list/image_list.hpp>

#include "prepare_support.hpp"

namespace {

using support::message_of;

struct Folder : support::TemporaryFolder {
  Folder() {
    for (int i = 0; i < 100; ++i) write(fmt::format("img/{}.png", i), "");
    write("img/sub/a.png", "");
    std::filesystem::create_directory(*this / "img/folder.png");
    std::filesystem::create_symlink("0.png", *this / "img/link.png");
    std::filesystem::create_symlink("nowhere.png", *this / "img/broken.png");
    std::filesystem::create_directory_symlink("sub", *this / "img/way");
  }
};

BOOST_FIXTURE_TEST_SUITE(folder_listing, Folder)

/// Asks before and after the folder has been read.
BOOST_AUTO_TEST_CASE(answers_as_the_file_system_does) {
  qcs::FolderListing files(*this / "img");
  for (int round = 0; round < 2; ++round) {
    for (const char* name : {"0.png", "99.png", "link.png", "sub/a.png", "way/a.png"})
      BOOST_TEST(files.file(name).exists, name);
    for (const char* name :
         {"100.png", "A.png", "folder.png", "broken.png", "sub", "sub/0.png", "none/a.png", "0.png/", "."})
      BOOST_TEST(!files.file(name).exists, name);
    BOOST_TEST(!files.file(std::string_view("0.png\0x", 7)).exists);
    for (int i = 0; i < 100; ++i) BOOST_TEST(files.file(fmt::format("{}.png", i)).exists);
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_came_later_is_found) {
  qcs::FolderListing files(*this / "img");
  for (int i = 0; i < 100; ++i) files.file(fmt::format("{}.png", i));
  write("img/late.png", "");
  BOOST_TEST(files.file("late.png").exists);
}

BOOST_AUTO_TEST_CASE(what_is_noted_of_a_file_stays) {
  qcs::FolderListing files(*this / "img");
  files.file("0.png").line[1] = 7;
  files.file("none.png").line[0] = 8;
  for (int i = 0; i < 100; ++i) files.file(fmt::format("{}.png", i)).line[0] = 1;
  BOOST_TEST(
      (files.file("0.png").line[1] == 7 && files.file("none.png").line[0] == 8 && files.file("1.png").line[1] == 0));
}

BOOST_AUTO_TEST_CASE(a_long_list_is_checked_as_a_short_one_is) {
  std::string content;
  for (int i = 0; i < 100; ++i) content += fmt::format("{}.png {}\n", i, i % 3);
  const auto list = write("list.txt", content + "way/a.png 0\n");
  BOOST_TEST(qcs::read_image_list(list, *this / "img", 3).images.size() == 101U);
  write("list.txt", content + "way/a.png 0\n7.png 1\nnone.png 0\nnone.png 0\n");
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::read_image_list(list, *this / "img", 3); }) ==
             fmt::format("{0}: 3 faults\n{0}:102: `7.png` is already in line 8\n{0}:103: no image file `{1}/none.png`\n"
                         "{0}:104: `none.png` is already in line 103",
                         list.string(), (*this / "img").string()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
