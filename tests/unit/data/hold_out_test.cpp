// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <qcs/data/hold_out.hpp>
#include <set>
#include <string>

namespace {

qcs::ImageList list_of(int images) {
  qcs::ImageList list{.images = {}, .classes = 3};
  for (int i = 0; i < images; ++i) list.images.push_back({std::to_string(i), i % 5 == 0 ? 1 : 0});
  return list;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_share_of_every_class_is_held_out) {
  const auto list = list_of(100);
  const auto [kept, held] = qcs::hold_out(list, .25);
  BOOST_TEST(held.images.size() == 25);
  BOOST_TEST(kept.images.size() == 75);
  BOOST_TEST(held.classes == 3);
  int ones = 0;
  std::set<std::string> names;
  for (const auto& image : held.images) {
    ones += image.label;
    names.insert(image.path);
  }
  BOOST_TEST(ones == 5);
  for (const auto& image : kept.images) names.insert(image.path);
  BOOST_TEST(names.size() == 100);

  const auto again = qcs::hold_out(list, .25), other = qcs::hold_out(list, .25, 1);
  const auto same = [](const qcs::ImageList& a, const qcs::ImageList& b) {
    return std::ranges::equal(a.images, b.images, {}, &qcs::LabelledImage::path, &qcs::LabelledImage::path);
  };
  BOOST_TEST(same(again.held, held));
  BOOST_TEST(!same(other.held, held));
}

/// The parts that version 0c9b9fc made: a list without repeated lines must be split as ever.
BOOST_AUTO_TEST_CASE(the_parts_of_a_seed_stay_what_they_were) {
  qcs::ImageList list{.images = {}, .classes = 3};
  for (int i = 0; i < 40; ++i) list.images.push_back({std::to_string(i), i % 5 == 0 ? 1 : i % 7 == 0 ? 2 : 0});
  std::vector<std::string> held;
  for (const auto& image : qcs::hold_out(list, .25, 3).held.images) held.push_back(image.path);
  const std::vector<std::string> expected{"3", "6", "19", "20", "28", "31", "32", "33", "35", "36"};
  BOOST_TEST(held == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_file_is_held_out_in_one_fold) {
  const auto list = list_of(103);  // 82 and 21 of the two classes
  std::map<std::string, int> held_in;
  for (int number = 0; number < 5; ++number) {
    const auto [kept, held] = qcs::fold(list, number);
    std::map<int, int> of_class;
    for (const auto& image : held.images) {
      ++held_in[image.path];
      ++of_class[image.label];
    }
    BOOST_TEST((of_class[0] == 16 || of_class[0] == 17));
    BOOST_TEST((of_class[1] == 4 || of_class[1] == 5));
    BOOST_TEST(kept.images.size() + held.images.size() == 103);
    for (const auto& image : kept.images)
      BOOST_TEST(std::ranges::count(held.images, image.path, &qcs::LabelledImage::path) == 0);
  }
  BOOST_TEST(held_in.size() == 103);
  for (const auto& [name, count] : held_in) BOOST_TEST(count == 1, name);
  BOOST_CHECK_THROW(qcs::fold(list, 5), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::fold(list, -1), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::fold(list, 0, 1), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::fold(list_of(0), 0), qcs::DataError);
}

BOOST_AUTO_TEST_CASE(all_lines_of_a_file_go_to_one_part) {
  auto list = list_of(40);
  const auto without = qcs::hold_out(list, .25);
  for (int copy = 0; copy < 3; ++copy)
    for (std::size_t i = 0; i < 40; i += 1 + static_cast<std::size_t>(copy)) list.images.push_back(list.images[i]);
  const auto [kept, held] = qcs::hold_out(list, .25);
  std::set<std::string> held_names, all_held;
  for (const auto& image : held.images) held_names.insert(image.path);
  for (const auto& image : without.held.images) all_held.insert(image.path);
  for (const auto& image : kept.images) BOOST_TEST(!held_names.contains(image.path), image.path);
  BOOST_TEST(kept.images.size() + held.images.size() == list.images.size());
  BOOST_TEST(held_names == all_held, "a share of the files, not of the lines");
}

BOOST_AUTO_TEST_CASE(a_share_that_leaves_nothing_is_refused) {
  BOOST_CHECK_THROW(qcs::hold_out(list_of(10), 0), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::hold_out(list_of(10), 1), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::hold_out(list_of(3), .1), qcs::DataError);
}
