// SPDX-License-Identifier: MIT
//
// Samplers and rules for negatives of the user's.

#include <array>
#include <boost/test/unit_test.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/triplet.hpp>

#include "support.hpp"

namespace {

using namespace qcs;
using support::message_of;

/// Class c has sizes[c] images.
ClassIndex index_of(const std::vector<int>& sizes) {
  std::vector<int> labels;
  for (std::size_t c = 0; c < sizes.size(); ++c) labels.insert(labels.end(), std::size_t(sizes[c]), int(c));
  return {labels, static_cast<int>(sizes.size())};
}

struct Chain {
  static constexpr std::string_view kName = "chain";
  static constexpr std::array kBranches{Branch{"a", 0}, Branch{"b", 1}, Branch{"c", 2}, Branch{"c2", 2}};
  static constexpr std::array kSimilar{Pair{2, 3}};
  static constexpr std::array kDissimilar{Pair{0, 1}, Pair{1, 2}};
};

/// The first image of the class after the one taken last.
struct NextClass {
  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng&) const {
    for (int c = taken.back() + 1;; ++c)
      if (!index.images(c % index.classes()).empty()) return index.images(c % index.classes())[0];
  }
};

/// Keeps the anchor's class.
struct SameClass {
  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng&) const {
    return index.images(taken[0])[0];
  }
};

struct OffTheList {
  std::size_t draw(const ClassIndex& index, std::span<const int>, Rng&) const { return index.size(); }
};

/// What it is made from.
struct Told {
  Told(const ClassIndex& index, NegativeRule rule) : images(index.size()), is_any(rule == NegativeRule::kAnyImage) {}
  std::size_t images;
  bool is_any;
  std::size_t draw(const ClassIndex& index, std::span<const int> taken, Rng& rng) const {
    BOOST_REQUIRE((images == index.size() && !is_any));
    return AnyImageNegatives().draw(index, taken, rng);
  }
};

struct DrawsInt {
  int draw(const ClassIndex&, std::span<const int>, Rng&) const { return 0; }
};
struct NotConst {
  std::size_t draw(const ClassIndex&, std::span<const int>, Rng&) { return 0; }
};
struct NeedsMore : NextClass {
  explicit NeedsMore(int) {}
};
static_assert(NegativePolicy<NextClass> && NegativePolicy<Told>);
static_assert(!NegativesRules<DrawsInt>::kDraws && NegativesRules<DrawsInt>::kConstructible);
static_assert(!NegativesRules<NotConst>::kDraws && !NegativesRules<NeedsMore>::kConstructible);

/// Images 0 and 1 of the anchor's class and of the next one; with `shift`, wrong ones.
template <int shift>
class FixedSampler {
 public:
  FixedSampler(ClassIndex index, NegativeRule) : index_(std::move(index)) {}
  const ClassIndex& index() const { return index_; }
  std::array<std::size_t, 4> draw(std::size_t anchor, Rng&) const {
    const int c = index_.label(anchor), other = (c + 1) % index_.classes();
    if (shift == 1) return {anchor, index_.images(other)[0], index_.images(other)[0], index_.images(other)[1]};
    if (shift == 2) return {anchor, index_.images(c)[1], index_.images(c)[0], index_.images(c)[1]};
    if (shift == 3) return {anchor, index_.images(c)[1], index_.images(other)[0], index_.size()};
    return {anchor, index_.images(c)[1], index_.images(other)[0], index_.images(other)[1]};
  }

 private:
  ClassIndex index_;
};
static_assert(TupleSamplerPolicy<FixedSampler<0>, Quadruplet> && !TupleSamplerPolicy<FixedSampler<0>, Triplet>);
static_assert(TupleSamplerPolicy<TupleSampler<Triplet, NextClass>, Triplet>);

struct CopiesIndex : FixedSampler<0> {
  using FixedSampler<0>::FixedSampler;
  ClassIndex index() const { return FixedSampler<0>::index(); }
};
static_assert(!TupleSamplerRules<CopiesIndex, Quadruplet>::kHasIndex);
static_assert(TupleSamplerRules<CopiesIndex, Quadruplet>::kDraws);

template <class Sampler>
TupleDataset<Quadruplet, Sampler> dataset() {
  ImageList list{{}, 3};
  for (int i = 0; i < 12; ++i) list.images.push_back({fmt::format("{}.png", i), i % 3});
  return {ImageSource(std::move(list)), TransformOptions()};
}

/// That `Alone` draws what the recipe's value makes RecipeNegatives draw, and leaves the generator where that does.
template <class T, class Alone>
void check_as_recipe(NegativeRule rule) {
  for (const auto& sizes : {std::vector<int>{3, 0, 9, 4, 2}, {2, 2, 2}, {40, 3, 2, 2, 2, 7}}) {
    const TupleSampler<T> recipe(index_of(sizes), rule);
    const TupleSampler<T, Alone> alone(index_of(sizes), rule);
    Rng ours(3), theirs(3);
    for (int repeat = 0; repeat < 20; ++repeat)
      for (std::size_t anchor = 0; anchor < recipe.index().size(); ++anchor)
        BOOST_TEST((alone.draw(anchor, ours) == recipe.draw(anchor, theirs)));
    BOOST_TEST((ours == theirs));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sampler_policy)

BOOST_AUTO_TEST_CASE(the_recipe_chooses_between_the_shipped_rules) {
  check_as_recipe<Quadruplet, AnyImageNegatives>(NegativeRule::kAnyImage);
  check_as_recipe<Quadruplet, ClassFirstNegatives>(NegativeRule::kClassFirst);
  check_as_recipe<Chain, AnyImageNegatives>(NegativeRule::kAnyImage);
  check_as_recipe<Chain, ClassFirstNegatives>(NegativeRule::kClassFirst);
}

BOOST_AUTO_TEST_CASE(a_rule_is_given_the_classes_taken_by_role) {
  const TupleSampler<Chain, NextClass> sampler(index_of({2, 3, 0, 4}), NegativeRule::kAnyImage);
  Rng rng(1);
  for (std::size_t anchor = 0; anchor < 9; ++anchor) {
    const auto tuple = sampler.draw(anchor, rng);
    const int c = sampler.index().label(anchor), next = c == 0 ? 1 : c == 1 ? 3 : 0, last = 4 - c - next;
    BOOST_TEST(sampler.index().label(tuple[1]) == next);
    BOOST_TEST(sampler.index().label(tuple[2]) == last);
    BOOST_TEST(sampler.index().label(tuple[3]) == last);
    BOOST_TEST(tuple[2] != tuple[3]);
  }
}

BOOST_AUTO_TEST_CASE(a_rule_may_be_made_from_the_images_and_the_recipe) {
  const TupleSampler<Quadruplet, Told> sampler(index_of({2, 3, 4}), NegativeRule::kClassFirst);
  Rng rng(1);
  BOOST_TEST(sampler.index().label(sampler.draw(0, rng)[2]) != 0);
}

BOOST_AUTO_TEST_CASE(a_rule_that_draws_a_class_again_is_refused) {
  Rng rng(1);
  const TupleSampler<Quadruplet, SameClass> same(index_of({2, 3, 4}), NegativeRule::kAnyImage);
  BOOST_TEST(message_of<ConfigError>([&] { same.draw(3, rng); }) ==
             "the rule for negatives drew image 2 of class 1, which the tuple of QCS has already; it must draw from "
             "another class than those it is given");
  const TupleSampler<Quadruplet, OffTheList> off(index_of({2, 3, 4}), NegativeRule::kAnyImage);
  BOOST_TEST(message_of<ConfigError>([&] { off.draw(3, rng); }) ==
             "the rule for negatives drew image 9 of a list of 9");
}

BOOST_AUTO_TEST_CASE(a_sampler_of_the_users_draws_the_tuples) {
  const auto tuples = dataset<FixedSampler<0>>();
  BOOST_TEST((tuples.tuple(tuples.plan(0), 3) == tuples.tuple(tuples.plan(0), 3)));
  BOOST_TEST((tuples.tuple({0, {5}}, 0) == std::array<std::size_t, 4>{5, 5, 0, 3}));
}

BOOST_AUTO_TEST_CASE(what_is_no_tuple_of_the_topology_is_refused) {
  const auto message = [](const auto& tuples) { return message_of<ConfigError>([&] { tuples.tuple({0, {7}}, 0); }); };
  BOOST_TEST(message(dataset<FixedSampler<1>>()) ==
             "the sampler of QCS drew image 2 for branch `positive`, which is of another class than that of branch "
             "`anchor`");
  BOOST_TEST(message(dataset<FixedSampler<2>>()).find("which is of the same class as that of branch `anchor`") !=
             std::string::npos);
  BOOST_TEST(message(dataset<FixedSampler<3>>()).find("drew image 12 for branch `") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
