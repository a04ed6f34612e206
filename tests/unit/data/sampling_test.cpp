// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <utility>

#include <qcs/data/sample/sampling.hpp>
#include <qcs/data/sample/tuple_sampler.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/triplet.hpp>

#include "support.hpp"

namespace {

using qcs::NegativeRule;
using qcs::Sampling;
using support::message_of;

/// Three roles whose branches are not in the order of the roles.
struct Shuffled {
  static constexpr std::string_view kName = "shuffled";
  static constexpr std::array kBranches{qcs::Branch{"a", 0},  qcs::Branch{"c", 2},  qcs::Branch{"b", 1},
                                        qcs::Branch{"a2", 0}, qcs::Branch{"c2", 2}, qcs::Branch{"a3", 0}};
  static constexpr std::array kSimilar{qcs::Pair{0, 3}, qcs::Pair{3, 5}, qcs::Pair{1, 4}};
  static constexpr std::array kDissimilar{qcs::Pair{0, 2}, qcs::Pair{1, 2}};
};

/// Class c has sizes[c] images.
qcs::ClassIndex index_of(const std::vector<int>& sizes) {
  std::vector<int> labels;
  for (std::size_t c = 0; c < sizes.size(); ++c) labels.insert(labels.end(), std::size_t(sizes[c]), int(c));
  return {labels, static_cast<int>(sizes.size())};
}

/// Whether `count` of `trials` is within five standard deviations of what probability `p` gives.
bool likely(double count, double trials, double p) {
  return std::abs(count - trials * p) <= 5 * std::sqrt(trials * p * (1 - p)) + 1e-9;
}

BOOST_AUTO_TEST_SUITE(sampling)

BOOST_AUTO_TEST_CASE(a_shuffled_epoch_is_a_permutation) {
  const auto index = index_of({40, 3, 60});
  std::set<std::vector<std::size_t>> orders;
  for (int epoch = 0; epoch < 5; ++epoch) {
    auto order = qcs::epoch_order(Sampling::kShuffle, index, index.size(), 7, epoch);
    BOOST_TEST(order == qcs::epoch_order(Sampling::kShuffle, index, index.size(), 7, epoch),
               boost::test_tools::per_element());
    orders.insert(order);
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> all(index.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    BOOST_TEST(order == all, boost::test_tools::per_element());
  }
  orders.insert(qcs::epoch_order(Sampling::kShuffle, index, index.size(), 8, 0));
  BOOST_TEST(orders.size() == 6U);
}

BOOST_AUTO_TEST_CASE(every_position_of_a_shuffle_is_uniform) {
  const auto index = index_of({5});
  std::array<std::array<int, 5>, 5> counts{};
  constexpr int kEpochs = 5000;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const auto order = qcs::epoch_order(Sampling::kShuffle, index, 5, 1, epoch);
    for (std::size_t p = 0; p < 5; ++p) ++counts[p][order[p]];
  }
  for (const auto& row : counts)
    for (const int count : row) BOOST_TEST(likely(count, kEpochs, .2), count);
}

BOOST_AUTO_TEST_CASE(a_short_shuffle_does_not_repeat) {
  const auto order = qcs::epoch_order(Sampling::kShuffle, index_of({50}), 10, 1, 0);
  BOOST_TEST(order.size() == 10U);
  BOOST_TEST(std::set(order.begin(), order.end()).size() == 10U);
}

BOOST_AUTO_TEST_CASE(balanced_draws_make_classes_equally_likely) {
  const auto index = index_of({500, 0, 10, 90});
  constexpr std::size_t kDraws = 30000;
  std::map<int, int> classes;
  std::map<std::size_t, int> images;
  for (const std::size_t i : qcs::epoch_order(Sampling::kBalanced, index, kDraws, 3, 2)) {
    ++classes[index.label(i)];
    ++images[i];
  }
  BOOST_TEST(classes.size() == 3U);
  for (const auto& [c, count] : classes) BOOST_TEST(likely(count, kDraws, 1. / 3), "class " << c << ": " << count);
  for (const std::size_t i : index.images(2)) BOOST_TEST(likely(images[i], kDraws, 1. / 30), images[i]);
}

BOOST_AUTO_TEST_CASE(square_root_draws_make_classes_as_likely_as_the_root_of_their_size) {
  const auto index = index_of({400, 0, 4, 100});
  constexpr std::size_t kDraws = 32000;
  std::map<int, int> classes, images_of_two;
  for (const std::size_t i : qcs::epoch_order(Sampling::kSquareRoot, index, kDraws, 3, 2)) {
    ++classes[index.label(i)];
    if (index.label(i) == 2) ++images_of_two[static_cast<int>(i)];
  }
  BOOST_TEST(classes.size() == 3U);
  for (const auto& [c, share] : std::map<int, double>{{0, 20. / 32}, {2, 2. / 32}, {3, 10. / 32}})
    BOOST_TEST(likely(classes[c], kDraws, share), "class " << c << ": " << classes[c]);
  BOOST_TEST(images_of_two.size() == 4U);
  for (const auto& [i, count] : images_of_two) BOOST_TEST(likely(count, kDraws, .5 / 32), count);
}

template <class T>
void check_tuples(NegativeRule rule, const std::vector<int>& sizes) {
  const qcs::TupleSampler<T> sampler(index_of(sizes), rule);
  qcs::Rng rng = qcs::stream(5, qcs::Purpose::kTuple);
  for (int repeat = 0; repeat < 200; ++repeat)
    for (std::size_t anchor = 0; anchor < sampler.index().size(); ++anchor) {
      const auto tuple = sampler.draw(anchor, rng);
      BOOST_REQUIRE(tuple[0] == anchor);
      BOOST_REQUIRE(std::set(tuple.begin(), tuple.end()).size() == tuple.size());
      for (std::size_t a = 0; a < tuple.size(); ++a)
        for (std::size_t b = 0; b < tuple.size(); ++b)
          BOOST_REQUIRE((qcs::role_of<T>(a) == qcs::role_of<T>(b)) ==
                        (sampler.index().label(tuple[a]) == sampler.index().label(tuple[b])));
    }
}

BOOST_AUTO_TEST_CASE(roles_are_classes_and_no_image_comes_twice) {
  for (const auto rule : {NegativeRule::kAnyImage, NegativeRule::kClassFirst}) {
    check_tuples<qcs::Dual>(rule, {2, 5, 0, 3});
    check_tuples<qcs::Triplet>(rule, {2, 2});
    check_tuples<qcs::Quadruplet>(rule, {2, 0, 9, 3});
    check_tuples<Shuffled>(rule, {3, 0, 3, 4});
    check_tuples<Shuffled>(rule, {3, 5, 3, 0, 4, 3});
  }
}

/// How often each class and image is drawn as the negative of an anchor of class 1 (sizes 10, 20, 30, 40).
struct NegativeCounts {
  static constexpr int kDraws = 40000;
  std::map<int, int> classes;
  std::map<std::size_t, int> images, second_images, positives;

  explicit NegativeCounts(NegativeRule rule) {
    const qcs::TupleSampler<qcs::Quadruplet> sampler(index_of({10, 20, 30, 40}), rule);
    for (std::uint64_t i = 0; i < kDraws; ++i) {
      qcs::Rng rng = qcs::stream(11, qcs::Purpose::kTuple, i);
      const auto tuple = sampler.draw(15, rng);
      ++positives[tuple[1]];
      ++images[tuple[2]];
      ++second_images[tuple[3]];
      ++classes[sampler.index().label(tuple[2])];
    }
  }
};

BOOST_AUTO_TEST_CASE(any_image_draws_negatives_uniformly_over_images) {
  NegativeCounts counts(NegativeRule::kAnyImage);
  BOOST_TEST(counts.classes.count(1) == 0U);
  for (std::size_t i = 0; i < 100; ++i) {
    const bool same_class = i >= 10 && i < 30;
    BOOST_TEST(likely(counts.images[i], NegativeCounts::kDraws, same_class ? 0 : 1. / 80), i);
    BOOST_TEST(likely(counts.second_images[i], NegativeCounts::kDraws, same_class ? 0 : 1. / 80), i);
    BOOST_TEST(likely(counts.positives[i], NegativeCounts::kDraws, same_class && i != 15 ? 1. / 19 : 0), i);
  }
}

BOOST_AUTO_TEST_CASE(class_first_draws_negatives_uniformly_over_classes) {
  NegativeCounts counts(NegativeRule::kClassFirst);
  for (const int c : {0, 2, 3}) BOOST_TEST(likely(counts.classes[c], NegativeCounts::kDraws, 1. / 3), c);
  for (std::size_t i = 0; i < 10; ++i) BOOST_TEST(likely(counts.images[i], NegativeCounts::kDraws, 1. / 30), i);
}

/// The tuples that version 0c9b9fc drew: lists without repeated lines must train as ever.
BOOST_AUTO_TEST_CASE(the_tuples_of_a_seed_stay_what_they_were) {
  using Tuples = std::vector<std::array<std::size_t, 4>>;
  std::vector<int> labels;
  std::vector<std::size_t> files;
  for (int i = 0; i < 40; ++i) labels.push_back(i % 3), files.push_back(static_cast<std::size_t>(i));
  const Tuples any{{0, 33, 11, 38}, {5, 23, 12, 30}, {10, 25, 39, 30}, {15, 39, 13, 28},
                   {20, 23, 3, 27}, {25, 10, 27, 0}, {30, 0, 10, 19},  {35, 32, 6, 18}};
  const Tuples first{{0, 33, 38, 20},  {5, 23, 30, 36}, {10, 25, 30, 39}, {15, 39, 28, 1},
                     {20, 23, 24, 27}, {25, 10, 3, 39}, {30, 0, 16, 13},  {35, 32, 15, 12}};
  for (const auto& [rule, expected] : {std::pair{NegativeRule::kAnyImage, any}, {NegativeRule::kClassFirst, first}})
    for (const bool named : {false, true}) {
      const qcs::ClassIndex index(labels, 3,
                                  named ? std::span<const std::size_t>(files) : std::span<const std::size_t>());
      const qcs::TupleSampler<qcs::Quadruplet> sampler(index, rule);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        qcs::Rng rng = qcs::stream(5, qcs::Purpose::kTuple, i);
        BOOST_TEST((sampler.draw(5 * i, rng) == expected[i]));
      }
    }
}

BOOST_AUTO_TEST_CASE(images_of_a_role_are_different_files) {
  // Class 0: files 0 (three lines) and 1; class 1: files 4 and 5 (two lines each), not side by side.
  const std::vector<int> labels{0, 0, 0, 0, 1, 1, 1, 1};
  const std::vector<std::size_t> files{0, 1, 0, 0, 4, 5, 4, 5};
  const qcs::ClassIndex index(labels, 2, files);
  BOOST_TEST(index.images(0) == (std::vector<std::size_t>{0, 2, 3, 1}), boost::test_tools::per_element());
  BOOST_TEST(index.images(1) == (std::vector<std::size_t>{4, 6, 5, 7}), boost::test_tools::per_element());
  BOOST_TEST((index.same_file(3) == std::pair{std::size_t{0}, std::size_t{3}}));
  BOOST_TEST((index.same_file(5) == std::pair{std::size_t{2}, std::size_t{2}}));
  BOOST_TEST((index.files(0) == 2 && index.files(1) == 2));
  for (const auto rule : {NegativeRule::kAnyImage, NegativeRule::kClassFirst}) {
    const qcs::TupleSampler<qcs::Quadruplet> sampler(index, rule);
    qcs::Rng rng = qcs::stream(5, qcs::Purpose::kTuple);
    std::map<std::size_t, int> positives;
    constexpr int kDraws = 4000;
    for (int i = 0; i < kDraws; ++i) {
      for (std::size_t anchor = 0; anchor < labels.size(); ++anchor) {
        const auto tuple = sampler.draw(anchor, rng);
        BOOST_REQUIRE(files[tuple[0]] != files[tuple[1]]);
        BOOST_REQUIRE(files[tuple[2]] != files[tuple[3]]);
        BOOST_REQUIRE(labels[tuple[0]] != labels[tuple[2]]);
        if (anchor == 1) ++positives[tuple[1]];
      }
    }
    for (const std::size_t line : {0U, 2U, 3U}) BOOST_TEST(likely(positives[line], kDraws, 1. / 3), line);
  }
  const std::vector<std::size_t> one_file{0, 0, 0, 0, 4, 5, 4, 5};
  BOOST_TEST(message_of<qcs::DataError>([&] {
               qcs::TupleSampler<qcs::Quadruplet>(qcs::ClassIndex(labels, 2, one_file), NegativeRule::kAnyImage);
             }) == "class 0 has 1 image; QCS needs at least 2 images of every class that has any");
}

BOOST_AUTO_TEST_CASE(classes_that_are_too_small_are_all_named) {
  const auto make = [](const std::vector<int>& sizes) {
    return [sizes] { qcs::TupleSampler<qcs::Quadruplet>(index_of(sizes), NegativeRule::kAnyImage); };
  };
  BOOST_TEST(message_of<qcs::DataError>(make({1, 5, 0, 1})) ==
             "class 0 has 1 image, class 3 has 1 image; QCS needs at least 2 images of every class that has any");
  BOOST_TEST(message_of<qcs::DataError>(make({0, 5, 0})) == "1 of 3 classes have images; QCS needs at least 2");
  BOOST_TEST(message_of<qcs::DataError>(make({0, 0})) == "0 of 2 classes have images; QCS needs at least 2");
  BOOST_CHECK_NO_THROW(make({2, 2, 0})());
  const auto shuffled = [] { qcs::TupleSampler<Shuffled>(index_of({3, 2, 5}), NegativeRule::kAnyImage); };
  BOOST_TEST(message_of<qcs::DataError>(shuffled) ==
             "class 1 has 2 images; shuffled needs at least 3 images of every class that has any");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
