// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/prepare/generic/folder_tree.hpp>

#include "prepare_support.hpp"

namespace {

using support::content_of;
using support::message_of;

struct Folder : support::TemporaryFolder {
  qcs::FolderTreeOptions options{.images = *this / "tree", .name = "own", .out = *this / "out"};

  void add(std::initializer_list<const char*> names) {
    for (const char* name : names) write(std::string("tree/") + name, "x");
  }
  std::string list(const char* split) const { return content_of(*this / fmt::format("out/own/own_{}.txt", split)); }
  std::string fault() {
    return message_of<qcs::DataError>([&] { qcs::prepare_folder_tree(options); });
  }
  std::string root() const { return options.images.string(); }
};

BOOST_FIXTURE_TEST_SUITE(folder_tree, Folder)

BOOST_AUTO_TEST_CASE(splits_and_classes_are_folders) {
  add({"train/sad/2.png", "train/sad/1.JPG", "train/happy/a b.Png", "train/happy/more/c.jpeg", "val/sad/x.bmp",
       "test/happy/y.png", "train/happy/.hidden.png", "train/happy/notes.txt", "train/.cache/z.png"});
  const auto dataset = qcs::prepare_folder_tree(options);
  BOOST_TEST((dataset.labels.classes == std::vector<std::string>{"happy", "sad"}));
  BOOST_TEST(list("train") ==
             "train/happy/a b.Png 0\ntrain/happy/more/c.jpeg 0\ntrain/sad/1.JPG 1\ntrain/sad/2.png 1\n");
  BOOST_TEST(list("valid") == "val/sad/x.bmp 1\n");
  BOOST_TEST(list("test") == "test/happy/y.png 0\n");
  BOOST_TEST(
      (dataset.splits[0].dropped_total() == 1 && dataset.splits[0].dropped_for("not an image by its name") == 1));
  BOOST_TEST(qcs::read_image_list(*this / "out/own/own_train.txt", options.images, 2).images.size() == 4U);
}

BOOST_AUTO_TEST_CASE(hidden_folders_are_not_read) {
  add({"train/a/1.png", "train/a/.ipynb_checkpoints/1.png", "train/a/.ipynb_checkpoints/more/2.png",
       "train/a/more/.cache/notes.txt", "train/a/more/3.png"});
  const auto dataset = qcs::prepare_folder_tree(options);
  BOOST_TEST(list("train") == "train/a/1.png 0\ntrain/a/more/3.png 0\n");
  BOOST_TEST(dataset.splits[0].dropped_total() == 0U);
}

BOOST_AUTO_TEST_CASE(what_other_systems_leave_behind_is_no_image_and_no_class) {
  add({"a/1.png", "a/._1.png", "a/Thumbs.db", "a/desktop.ini", "a/.DS_Store", "a/__MACOSX/2.png",
       "a/@eaDir/1.png/x.jpg", "b/3.png", "__MACOSX/a/1.png", "__MACOSX/b/._3.png", "@eaDir/4.png"});
  write("tree/a/empty.png", "");
  write("tree/b/pointer.png", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  const auto dataset = qcs::prepare_folder_tree(options);
  BOOST_TEST((dataset.labels.classes == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(list("train") == "a/1.png 0\nb/3.png 1\n");
  const auto& split = dataset.splits[0];
  BOOST_TEST(split.dropped_for("not an image by its name") == 2U);
  BOOST_TEST(split.dropped_for("empty file") == 1U);
  BOOST_TEST(split.dropped_for("a Git LFS pointer, not the file itself (`git lfs pull` fetches it)") == 1U);
}

BOOST_AUTO_TEST_CASE(class_names_that_cannot_be_written_are_refused) {
  add({"a/1.png", "b\xE9/1.png", "c\nd/1.png"});
  BOOST_TEST(fault() == fmt::format("{}: class names are UTF-8, without control characters and spaces at their ends:\n"
                                    "`b\xE9`\n`c\nd`",
                                    (*this / "out/own/classes.txt").string()));
}

BOOST_AUTO_TEST_CASE(image_names_need_not_be_utf8) {
  add({"a/\xE9.png", "b/1.png"});
  qcs::prepare_folder_tree(options);
  BOOST_TEST(list("train") == "a/\xE9.png 0\nb/1.png 1\n");
  BOOST_TEST(qcs::read_image_list(*this / "out/own/own_train.txt", options.images, 2).images.size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_tree_is_the_source) {
  add({"train/a/1.png", "train/a/notes.txt", "train/a/.cache/2.png", "train/b/3.png", "val/a/4.png"});
  write("tree/val/b/5.png", "12345");
  qcs::prepare_folder_tree(options);
  const auto json = nlohmann::json::parse(content_of(*this / "out/own/own.json"));
  BOOST_TEST((json["sources"] == nlohmann::json::array({{{"folder", root()}, {"images", 4}, {"bytes", 8}}})));
}

BOOST_AUTO_TEST_CASE(numbers_are_sorted_as_numbers) {
  add({"10/a.png", "9/a.png", "0/a.png"});
  const auto dataset = qcs::prepare_folder_tree(options);
  BOOST_TEST((dataset.labels.classes == std::vector<std::string>{"0", "9", "10"}));
  BOOST_TEST(list("train") == "0/a.png 0\n9/a.png 1\n10/a.png 2\n");
}

BOOST_AUTO_TEST_CASE(an_order_can_be_given) {
  add({"a/1.png", "b/1.png", "c/1.png"});
  options.classes = {"c", "a", "b"};
  qcs::prepare_folder_tree(options);
  BOOST_TEST(list("train") == "a/1.png 1\nb/1.png 2\nc/1.png 0\n");
  options.classes = {"c", "a"};
  BOOST_TEST(fault() == root() + ": expected the classes c, a, found a, b, c");
}

BOOST_AUTO_TEST_CASE(faulty_trees_are_refused) {
  BOOST_TEST(fault() == root() + ": there is no such image folder");
  std::filesystem::create_directories(options.images);
  BOOST_TEST(fault() == root() + ": there is no class folder here");
  add({"val/a/1.png"});
  BOOST_TEST(fault() == root() + ": there is no folder `train` beside `val`");
  add({"train/a/1.png", "train/b/1.txt", "val/c/1.png", "val/d/1.png"});
  BOOST_TEST(
      fault() ==
      fmt::format("{0}: faulty class folders\n{0}/train/b: no image in this folder\n{0}/val/c: no such class in the "
                  "training split\n{0}/val/d: no such class in the training split",
                  root()));
  add({"Training/a/1.png"});
  BOOST_TEST(fault() == root() + ": both `Training` and `train` are there for the train split");
  BOOST_TEST(!std::filesystem::exists(options.out));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
