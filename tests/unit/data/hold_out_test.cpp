// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
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

BOOST_AUTO_TEST_CASE(a_share_that_leaves_nothing_is_refused) {
  BOOST_CHECK_THROW(qcs::hold_out(list_of(10), 0), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::hold_out(list_of(10), 1), qcs::ConfigError);
  BOOST_CHECK_THROW(qcs::hold_out(list_of(3), .1), qcs::DataError);
}
