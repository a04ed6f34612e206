// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <opencv2/imgcodecs.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/experiment/read_folder_tree.hpp>
#include <qcs/experiment/splits.hpp>

#include "../data/support.hpp"

using namespace qcs;

namespace {

struct Tree : support::TemporaryFolder {
  void image(const std::string& name) const {
    std::filesystem::create_directories((*this / name).parent_path());
    cv::imwrite((*this / name).string(), cv::Mat(4, 4, CV_8UC3, cv::Scalar(1, 2, 3)));
  }
};

std::vector<std::string> names(const Faces& faces, const ImageSource& split) { return image_names(split, faces.root); }

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_tree_of_class_folders_becomes_faces, Tree) {
  for (const auto* name : {"f/train/sad/1.png", "f/train/happy/2.png", "f/train/happy/1.png", "f/test/sad/3.png"})
    image(name);
  const auto faces = read_folder_tree(*this / "f");
  BOOST_TEST(faces.name == "f");
  BOOST_TEST(faces.labels.classes == (std::vector<std::string>{"happy", "sad"}), boost::test_tools::per_element());
  BOOST_TEST(names(faces, faces.train) ==
                 (std::vector<std::string>{"train/happy/1.png", "train/happy/2.png", "train/sad/1.png"}),
             boost::test_tools::per_element());
  BOOST_TEST(faces.train.list().labels() == (std::vector<int>{0, 0, 1}), boost::test_tools::per_element());
  BOOST_TEST(!faces.validation.has_value());
  BOOST_REQUIRE(faces.test.has_value());
  BOOST_TEST(names(faces, *faces.test).at(0) == "test/sad/3.png");
  BOOST_TEST(faces.test->list().images[0].label == 1);
  BOOST_TEST(faces.train.read(0).cols == 4);
  BOOST_TEST(!std::filesystem::exists("datas/f"));
  BOOST_CHECK_THROW(read_folder_tree(*this / "g"), DataError);
}

BOOST_FIXTURE_TEST_CASE(lists_become_faces_with_their_splits_and_notes, Tree) {
  for (const auto* name : {"i/0.png", "i/1.png", "i/2.png", "i/3.png"}) image(name);
  write("train.txt", "0.png 0\n1.png 1\n1.png 1\n2.png 0\n");
  write("test.txt", "3.png 1\n0.png 0\n");
  const Labels own{.name = "two", .classes = {"a", "b"}};
  FaceLists lists{.train = *this / "train.txt", .test = *this / "test.txt", .image_root = *this / "i"};
  auto faces = read_lists(lists, own);
  BOOST_REQUIRE(faces.notes.size() == 1u);
  BOOST_TEST(faces.notes[0].find("1 of the 4 lines") == 0u);
  auto splits = evaluated_splits(faces);
  BOOST_TEST((splits.selection == Selection::kLast));
  BOOST_TEST(splits.eval_name == "test");
  BOOST_TEST(splits.notes.at(0).find("1 of the 2 test images are trained on") == 0u);
  BOOST_CHECK_THROW(evaluated_splits(faces, Selection::kValidation), ConfigError);

  lists.hold_out = .5;
  faces = read_lists(lists, own);
  BOOST_REQUIRE(faces.validation.has_value());
  splits = evaluated_splits(faces);
  BOOST_TEST((splits.selection == Selection::kValidation));
  BOOST_TEST(splits.eval_name == "validation");
  BOOST_TEST(splits.test.has_value());
  splits = evaluated_splits(faces, Selection::kTest);
  BOOST_TEST(splits.eval_name == "test");
  BOOST_TEST(!splits.test.has_value());

  lists.hold_out = 0;
  lists.validation = *this / "absent.txt";
  BOOST_CHECK_THROW(read_lists(lists, own), DataError);
  lists.validation_required = false;
  BOOST_TEST(!read_lists(lists, own).validation.has_value());
  lists.test = *this / "absent.txt";
  lists.test_required = false;
  BOOST_CHECK_THROW(read_lists(lists, own), DataError);  // nothing is left to evaluate on
  lists.hold_out = .5;
  faces = read_lists(lists, own);
  BOOST_TEST(!faces.test.has_value());
  BOOST_TEST(faces.notes.back().find("there is no test list at") == 0u);
}

BOOST_AUTO_TEST_CASE(published_lists_are_where_the_public_programs_have_them) {
  const auto lists = published_lists<FerPlus>("datas");
  BOOST_TEST(lists.train == "datas/FERPlus/ferplus_training.txt");
  BOOST_TEST(lists.validation == "datas/FERPlus/ferplus_validation.txt");
  BOOST_TEST(!lists.validation_required);
  BOOST_TEST(published_lists<RafDb>("x").validation.empty());
}
