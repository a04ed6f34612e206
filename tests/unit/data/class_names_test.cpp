// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/data/list/class_names.hpp>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using support::message_of;
using Names = std::vector<std::string>;

struct Folder : support::TemporaryFolder {
  Names read(std::string_view content) const { return qcs::read_class_names(write("classes.txt", content)); }
  std::string fault(std::string_view content) const {
    return message_of<qcs::DataError>([&] { read(content); });
  }
  std::string file() const { return (*this / "classes.txt").string(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(class_names, Folder)

BOOST_AUTO_TEST_CASE(one_name_a_line) {
  for (const char* content : {"sad\nvery happy\n", "sad\r\nvery happy\r\n", "\xEF\xBB\xBFsad\nvery happy",
                              "sad\rvery happy\r", " sad\t\n very happy \n\n \n"})
    BOOST_TEST(read(content) == (Names{"sad", "very happy"}), boost::test_tools::per_element());
  BOOST_TEST(read("tristesse \xC3\xA0 demi\n") == (Names{"tristesse \xC3\xA0 demi"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_faults_are_reported) {
  BOOST_TEST(fault("sad\n\nhappy\nsad\n\xE9tonn\xE9\na\tb\n") ==
             fmt::format("{0}: 4 faults\n{0}:2: blank line, expected a class name\n{0}:4: `sad` is already in line 1\n"
                         "{0}:5: `\xE9tonn\xE9` is not UTF-8\n{0}:6: a control character in a class name",
                         file()));
  BOOST_TEST(fault("\n\n") == file() + ": there is no class name in this file");
  BOOST_TEST(fault("") == file() + ": there is no class name in this file");
  BOOST_TEST(fault(std::string_view("s\0a\0d\0\n\0", 8)).find("UTF-16") != std::string::npos);
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::read_class_names(*this / "none.txt"); }) ==
             (*this / "none.txt").string() + ": cannot open this file of class names");
}

BOOST_AUTO_TEST_CASE(the_file_beside_a_list_is_found_by_its_name) {
  BOOST_TEST(!qcs::find_class_names(*this / "own_train.txt"));
  write("classes.txt", "a\n");
  BOOST_TEST(qcs::find_class_names(*this / "own_train.txt").value() == *this / "classes.txt");
  write("affectnet_classes.txt", "a\n");
  write("affectnet7_classes.txt", "a\n");
  const auto found = [&](const char* list) { return qcs::find_class_names(*this / list).value().filename().string(); };
  BOOST_TEST(found("affectnet_training-cls7-v7.txt") == "affectnet7_classes.txt");
  BOOST_TEST(found("affectnet_validation-cls7.txt") == "affectnet7_classes.txt");
  BOOST_TEST(found("affectnet_training-cls8-v7.txt") == "affectnet_classes.txt");
  write("own_classes.txt", "a\n");
  write("own_train_classes.txt", "a\n");
  BOOST_TEST(found("own_test.txt") == "own_classes.txt");
  BOOST_TEST(found("own_train.txt") == "own_train_classes.txt");
  BOOST_TEST(found("owner_train.txt") == "classes.txt");
}

BOOST_AUTO_TEST_SUITE_END()
