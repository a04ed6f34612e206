// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/experiment/list_labels.hpp>
#include <string>
#include <vector>

#include "../data/support.hpp"

namespace {

using namespace qcs;
using support::message_of;

const Labels kOwn{"Toy", {"Happy", "Sad", "Angry"}};

struct Folder : support::TemporaryFolder {
  Folder() {
    for (const char* name : {"one/own_train.txt", "one/own_test.txt", "two/test.txt", "none/list.txt"}) write(name, "");
  }
  ListLabels read(const std::vector<std::string>& names, const Labels& own = kOwn,
                  const std::string& given = "") const {
    std::vector<std::filesystem::path> lists;
    for (const auto& name : names) lists.push_back(*this / name);
    return labels_of_lists(lists, given.empty() ? std::filesystem::path() : *this / given, own);
  }
};

using Names = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(list_labels, Folder)

BOOST_AUTO_TEST_CASE(without_names_beside_a_list_the_programs_own_stay) {
  const auto labels = read({"none/list.txt"});
  BOOST_TEST((labels.labels == kOwn && labels.notes.empty()));
}

BOOST_AUTO_TEST_CASE(names_beside_a_list_win_and_a_difference_is_told) {
  write("one/classes.txt", "angry\nhappy\nsad\n");
  const auto order = read({"one/own_train.txt", "none/list.txt"});
  BOOST_TEST((order.labels == Labels{"one", {"angry", "happy", "sad"}}));
  BOOST_REQUIRE(order.notes.size() == 1U);
  BOOST_TEST(order.notes[0] == fmt::format("class names are those of {}: angry, happy, sad; Toy has them in another "
                                           "order: Happy, Sad, Angry",
                                           (*this / "one/classes.txt").string()));
  write("one/own_classes.txt", "cat\ndog\ncow\n");
  const auto set = read({"one/own_train.txt"});
  BOOST_TEST((set.labels == Labels{"own", {"cat", "dog", "cow"}}), "NAME_classes.txt comes before classes.txt");
  BOOST_TEST(set.notes.at(0).find("Toy has others: Happy, Sad, Angry") != std::string::npos);
  BOOST_TEST(read({"one/own_train.txt"}, Labels::numbered(3)).notes.empty());
  write("one/own_classes.txt", "happy\nsad\nangry\n");
  const auto same = read({"one/own_train.txt"});
  BOOST_TEST((same.labels == Labels{"Toy", {"happy", "sad", "angry"}} && same.notes.empty()));
}

BOOST_AUTO_TEST_CASE(names_that_only_count_say_nothing) {
  write("one/classes.txt", "class 0\nclass 1\nclass 2\n");
  BOOST_TEST((read({"one/own_train.txt"}).labels == kOwn));
}

BOOST_AUTO_TEST_CASE(another_count_is_refused) {
  write("one/classes.txt", "happy\nsad\n");
  BOOST_TEST(message_of<ConfigError>([&] { read({"one/own_train.txt"}); }) ==
             (*this / "one/classes.txt").string() +
                 " names 2 classes, happy, sad; expected 3, the number of classes here (--num-classes)");
}

BOOST_AUTO_TEST_CASE(files_that_contradict_each_other_are_both_named) {
  write("one/classes.txt", "Happy\nSad\nAngry\n");
  write("two/classes.txt", "Sad\nHappy\nAngry\n");
  const auto message = message_of<DataError>([&] { read({"one/own_train.txt", "two/test.txt"}); });
  BOOST_TEST(message == fmt::format("{} and {} contradict each other: Happy, Sad, Angry, and Sad, Happy, Angry; "
                                    "--classes FILE names the right one",
                                    (*this / "one/classes.txt").string(), (*this / "two/classes.txt").string()));
  BOOST_TEST((read({"one/own_train.txt", "two/test.txt"}, kOwn, "two/classes.txt").labels.classes ==
              Names{"Sad", "Happy", "Angry"}));
  write("two/classes.txt", "happy\nsad\nangry\n");
  BOOST_CHECK_NO_THROW(read({"one/own_train.txt", "two/test.txt"}));
}

BOOST_AUTO_TEST_SUITE_END()
