// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <map>
#include <qcs/data/hold_out.hpp>
#include <set>
#include <string>
#include <vector>

namespace {

/// Class c has sizes[c] images, the classes in turn as long as they last.
qcs::ImageList list_of(const std::vector<int>& sizes) {
  qcs::ImageList list{.images = {}, .classes = static_cast<int>(sizes.size())};
  for (int i = 0, added = 1; added > 0; ++i) {
    added = 0;
    for (int c = 0; c < list.classes; ++c) {
      if (i >= sizes[std::size_t(c)]) continue;
      list.images.push_back({"class" + std::to_string(c) + "/" + std::to_string(i) + ".png", c});
      ++added;
    }
  }
  return list;
}

std::map<int, int> counts_of(const qcs::ImageList& list) {
  std::map<int, int> counts;
  for (const auto& image : list.images) ++counts[image.label];
  return counts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hold_out_rounding)

BOOST_AUTO_TEST_CASE(every_class_gives_its_share_rounded_to_the_nearest_number) {
  struct Case {
    double share;
    int images, held;
  };
  for (const auto& [share, images, held] : {Case{.25, 7, 2},
                                            {.25, 6, 2},
                                            {.25, 5, 1},
                                            {.25, 2, 1},
                                            {.25, 1, 0},
                                            {.1, 15, 2},
                                            {.1, 14, 1},
                                            {.1, 4, 0},
                                            {.5, 3, 2},
                                            {.9, 9, 8},
                                            {.9, 1, 1}}) {
    // The second class is held out of in any case.
    const auto parts = qcs::hold_out(list_of({images, 100}), share);
    BOOST_TEST(counts_of(parts.held)[0] == held, share << " of " << images);
    BOOST_TEST(counts_of(parts.kept)[0] == images - held, share << " of " << images);
  }
}

BOOST_AUTO_TEST_CASE(both_parts_keep_labels_and_the_order_of_the_list) {
  const auto list = list_of({9, 4, 30});
  const auto parts = qcs::hold_out(list, .3);
  std::size_t kept = 0, held = 0;
  for (const auto& image : list.images) {
    const bool is_kept = kept < parts.kept.images.size() && parts.kept.images[kept].path == image.path;
    const auto& found = is_kept ? parts.kept.images.at(kept++) : parts.held.images.at(held++);
    BOOST_TEST(found.path == image.path);
    BOOST_TEST(found.label == image.label);
  }
  BOOST_TEST(kept == parts.kept.images.size());
  BOOST_TEST(held == parts.held.images.size());
  BOOST_TEST(held == 3U + 1U + 9U);
  BOOST_TEST(parts.kept.classes == 3);
  BOOST_TEST(parts.held.classes == 3);
}

BOOST_AUTO_TEST_CASE(every_image_of_a_class_is_as_likely_to_be_held) {
  const auto list = list_of({8, 8});
  std::map<std::string, int> times;
  constexpr int kSeeds = 4000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
    for (const auto& image : qcs::hold_out(list, .25, seed).held.images) ++times[image.path.string()];
  BOOST_TEST(times.size() == 16U);
  for (const auto& [name, count] : times)
    BOOST_TEST(std::abs(count - kSeeds / 4) < 5 * std::sqrt(kSeeds * 3. / 16), name);
}

BOOST_AUTO_TEST_SUITE_END()
