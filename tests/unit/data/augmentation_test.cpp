// SPDX-License-Identifier: MIT
//
// The distribution of every augmentation against the published one, by Kolmogorov and Smirnov's test for numbers and
// Pearson's for cases. The seeds are fixed; the limits are those of a probability of one in a million.

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <qcs/data/augment/augmentation.hpp>
#include <vector>

namespace {

using namespace qcs;

constexpr int kDraws = 20000;

std::vector<Augmentation> draws(const TransformOptions& options) {
  std::vector<Augmentation> all;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    Rng rng = stream(3, Purpose::kAugment, i);
    all.push_back(draw_augmentation(options, rng));
  }
  return all;
}

/// Largest distance between the values' distribution and the uniform one on low..high, in units of 1/sqrt(n).
double distance_from_uniform(std::vector<double> values, double low, double high) {
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double share = (values[i] - low) / (high - low);
    largest = std::max({largest, share - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - share});
  }
  return largest * std::sqrt(n);
}

constexpr double kSmirnovLimit = 2.7;  // 2 exp(-2 x^2) = 1e-6

/// Pearson's statistic of counts that should be equal, in standard deviations from its mean.
template <class Counts>
double excess_over_equal(const Counts& counts, std::size_t cases) {
  double total = 0, sum = 0;
  for (const auto& [name, count] : counts) total += count;
  const double expected = total / static_cast<double>(cases);
  for (const auto& [name, count] : counts) sum += (count - expected) * (count - expected) / expected;
  sum += expected * static_cast<double>(cases - counts.size());
  const double freedom = static_cast<double>(cases) - 1;
  return (sum - freedom) / std::sqrt(2 * freedom);
}

TransformOptions affectnet() {
  TransformOptions options;
  options.resize = 236;
  options.rotation_degrees = 12;
  options.erase_area_min = .03;
  return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(augmentation)

BOOST_AUTO_TEST_CASE(numbers_are_uniform_in_their_ranges) {
  const auto all = draws(affectnet());
  const auto check = [&](const char* name, auto member, double low, double high) {
    std::vector<double> values;
    for (const auto& drawn : all) values.push_back(drawn.*member);
    BOOST_TEST(distance_from_uniform(values, low, high) < kSmirnovLimit, name);
    BOOST_TEST(*std::ranges::min_element(values) >= low);
    BOOST_TEST(*std::ranges::max_element(values) <= high);
  };
  check("rotation", &Augmentation::rotation, -12, 12);
  check("brightness", &Augmentation::brightness, .8, 1.2);
  check("contrast", &Augmentation::contrast, .8, 1.2);
  check("saturation", &Augmentation::saturation, .8, 1.2);
  check("hue", &Augmentation::hue, -.1, .1);
}

BOOST_AUTO_TEST_CASE(cases_are_equally_likely) {
  std::map<int, int> tops, lefts;
  std::map<bool, int> flips, erased;
  std::map<std::array<Augmentation::Jitter, 4>, int> orders;
  for (const auto& drawn : draws(affectnet())) {
    ++tops[drawn.top];
    ++lefts[drawn.left];
    ++flips[drawn.flip];
    ++erased[drawn.erase.has_value()];
    ++orders[drawn.jitter_order];
  }
  BOOST_TEST(excess_over_equal(tops, 13) < 6);
  BOOST_TEST(excess_over_equal(lefts, 13) < 6);
  BOOST_TEST(excess_over_equal(flips, 2) < 16);  // one degree of freedom has a long tail: (4.9^2 - 1) / sqrt(2)
  BOOST_TEST(excess_over_equal(erased, 2) < 16);
  BOOST_TEST(excess_over_equal(orders, 24) < 6);
}

BOOST_AUTO_TEST_CASE(erased_areas_are_uniform_in_size_and_in_the_logarithm_of_their_shape) {
  std::vector<double> areas, shapes;
  for (const auto& drawn : draws(affectnet())) {
    if (!drawn.erase) continue;
    areas.push_back(drawn.erase->area() / (224. * 224.));
    shapes.push_back(std::log(static_cast<double>(drawn.erase->height) / drawn.erase->width));
  }
  // Sides are whole pixels, and an area that would not fit is drawn again: the limits leave room for that.
  BOOST_TEST(distance_from_uniform(areas, .03, .1) < 2 * kSmirnovLimit);
  BOOST_TEST(distance_from_uniform(shapes, std::log(.3), std::log(3.3)) < 2 * kSmirnovLimit);
}

BOOST_AUTO_TEST_CASE(erased_areas_lie_anywhere) {
  std::vector<double> across, down;
  for (const auto& drawn : draws(affectnet())) {
    if (!drawn.erase) continue;
    across.push_back((drawn.erase->x + .5) / (224 - drawn.erase->width + 1));
    down.push_back((drawn.erase->y + .5) / (224 - drawn.erase->height + 1));
  }
  BOOST_TEST(distance_from_uniform(across, 0, 1) < kSmirnovLimit);
  BOOST_TEST(distance_from_uniform(down, 0, 1) < kSmirnovLimit);
}

BOOST_AUTO_TEST_CASE(what_a_recipe_leaves_out_is_not_drawn) {
  TransformOptions options;
  options.colour_jitter = false;
  options.erase_probability = options.flip_probability = 0;
  for (const auto& drawn : draws(options)) {
    BOOST_REQUIRE(!drawn.flip);
    BOOST_REQUIRE(!drawn.erase);
    BOOST_REQUIRE(!drawn.colour_jitter);
    BOOST_REQUIRE(drawn.rotation == 0);
    BOOST_REQUIRE(drawn.top == 0);
  }
}

BOOST_AUTO_TEST_SUITE_END()
