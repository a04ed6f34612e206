// SPDX-License-Identifier: MIT
//
// That every option of a tuple data set reaches it, and that no two branches, positions, epochs or seeds share their
// random numbers.

#include <boost/test/unit_test.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <set>
#include <vector>

#include "support.hpp"

namespace {

using namespace qcs;
using Dataset = TupleDataset<Quadruplet>;

TransformOptions transform() {
  TransformOptions options;
  options.resize = 40;
  options.crop = 32;
  options.rotation_degrees = 20;
  return options;
}

/// A folder of equal pictures: what differs in the tensors comes from the augmentation.
struct EqualPictures : support::TemporaryFolder {
  ImageList list{{}, 3};

  EqualPictures() {
    for (int i = 0; i < 30; ++i) {
      const auto path = *this / fmt::format("{}.png", i);
      cv::imwrite(path.string(), support::picture(3));
      list.images.push_back({path, i < 22 ? 0 : i < 26 ? 1 : 2});
    }
  }

  Dataset dataset(const TupleOptions& options) const { return {ImageSource(list), transform(), options}; }
};

EpochPlan same_anchors(int epoch) { return {epoch, std::vector<std::size_t>(12, 5)}; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(tuple_streams, EqualPictures)

BOOST_AUTO_TEST_CASE(every_branch_position_epoch_and_seed_has_an_augmentation_of_its_own) {
  std::vector<torch::Tensor> all;
  for (const std::uint64_t seed : {0, 1})
    for (const int epoch : {0, 1}) {
      const auto batch = dataset({.seed = seed}).load(same_anchors(epoch), 0, 3);
      for (const auto& images : batch.branches())
        for (std::int64_t i = 0; i < 3; ++i) all.push_back(images[i]);
    }
  BOOST_REQUIRE(all.size() == 2 * 2 * 4 * 3);
  for (std::size_t a = 0; a < all.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) BOOST_TEST(!torch::equal(all[a], all[b]), a << " equals " << b);
}

BOOST_AUTO_TEST_CASE(every_position_epoch_and_seed_draws_other_images_around_an_anchor) {
  std::set<std::vector<std::vector<std::size_t>>> tables;
  for (const std::uint64_t seed : {0, 1}) {
    const auto set = dataset({.seed = seed});
    for (const int epoch : {0, 1}) {
      std::vector<std::vector<std::size_t>> table;
      for (std::size_t position = 0; position < 12; ++position) {
        const auto tuple = set.tuple(same_anchors(epoch), position);
        BOOST_TEST(tuple[0] == 5U);
        table.emplace_back(tuple.begin(), tuple.end());
      }
      BOOST_TEST(std::set(table.begin(), table.end()).size() > 8U);
      tables.insert(table);
    }
  }
  BOOST_TEST(tables.size() == 4U);
}

BOOST_AUTO_TEST_CASE(an_epoch_has_its_share_of_the_list_but_one_tuple_at_least) {
  for (const auto& [divisor, size] : {std::pair{1, 30}, {2, 15}, {4, 7}, {30, 1}, {31, 1}, {1000, 1}}) {
    const auto set = dataset({.epoch_divisor = divisor});
    BOOST_TEST(set.epoch_size() == std::size_t(size));
    BOOST_TEST(set.plan(0).order.size() == std::size_t(size));
  }
  BOOST_CHECK_THROW(dataset({.epoch_divisor = 0}), ConfigError);
}

BOOST_AUTO_TEST_CASE(anchors_are_shuffled_or_balanced_as_told) {
  const auto of_class_0 = [&](const TupleOptions& options) {
    int count = 0;
    for (const std::size_t anchor : dataset(options).plan(0).order) count += list.images[anchor].label == 0;
    return count;
  };
  BOOST_TEST(of_class_0({}) == 22);
  BOOST_TEST(of_class_0({.sampling = Sampling::kShuffle}) == 22);
  int balanced = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    balanced += of_class_0({.sampling = Sampling::kBalanced, .seed = seed});
  BOOST_TEST(std::abs(balanced - 200) < 60);  // a third of 600, and five standard deviations
}

BOOST_AUTO_TEST_CASE(negatives_come_by_image_or_by_class_as_told) {
  const auto of_class_0 = [&](NegativeRule rule) {
    const auto set = dataset({.negatives = rule});
    const EpochPlan plan{0, std::vector<std::size_t>(600, 29)};  // of class 2
    int count = 0;
    for (std::size_t position = 0; position < 600; ++position)
      count += list.images[set.tuple(plan, position)[2]].label == 0;
    return count;
  };
  BOOST_TEST(std::abs(of_class_0(NegativeRule::kAnyImage) - 600 * 22 / 26) < 45);
  BOOST_TEST(std::abs(of_class_0(NegativeRule::kClassFirst) - 300) < 62);
}

BOOST_AUTO_TEST_SUITE_END()
