// SPDX-License-Identifier: MIT
//
// That training tuples of any kind are made by the values of a recipe.

#include <boost/test/unit_test.hpp>
#include <qcs/data/augment/grid_distortion.hpp>
#include <qcs/data/memory_store.hpp>
#include <qcs/experiment/loaders.hpp>
#include <qcs/topology/quadruplet.hpp>

namespace {

using namespace qcs;

struct Backbone {
  static constexpr int kPixelStride = 2;
};

struct Network {
  struct ContainedType {
    using TopologyType = Quadruplet;
    using BackboneType = Backbone;
  };
};

ImageSource images() {
  std::vector<MemoryImage> all;
  for (int i = 0; i < 12; ++i)
    all.push_back({fmt::format("{}", i), i % 3, cv::Mat(10, 9, CV_8UC1, cv::Scalar(20. * i))});
  return ImageSource::of(MemoryStore(std::move(all)), 3);
}

Recipe recipe() {
  Recipe values;
  values.transform.resize = values.transform.crop = 16;
  values.sampling = Sampling::kBalanced;
  values.negatives = NegativeRule::kClassFirst;
  values.epoch_divisor = 3;
  values.seed = 5;
  return values;
}

template <class Tuples>
void check(const Tuples& tuples) {
  BOOST_TEST(tuples.epoch_size() == 4U);
  BOOST_TEST(tuples.transform().side() == 8);
  BOOST_TEST((tuples.options().sampling == Sampling::kBalanced && tuples.options().seed == 5U));
  BOOST_TEST((tuples.options().negatives == NegativeRule::kClassFirst));
  const TupleDataset<Quadruplet> expected(images(), tuples.transform(), tuples.options());
  const auto plan = tuples.plan(1);
  for (std::size_t i = 0; i < plan.order.size(); ++i)
    BOOST_TEST((tuples.tuple(plan, i) == expected.tuple(expected.plan(1), i)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(experiment_loaders)

BOOST_AUTO_TEST_CASE(tuples_follow_the_recipe_whoever_draws_and_augments_them) {
  using Shipped = TupleDataset<Quadruplet>;
  using Own = TupleDataset<Quadruplet, TupleSampler<Quadruplet, ClassFirstNegatives>, GridDistortion>;
  check(training_tuples<Network>(images(), recipe()));
  check(training_tuples_of<Network, Own>(images(), recipe()));
  const auto shipped = training_tuples<Network>(images(), recipe());
  const auto named = training_tuples_of<Network, Shipped>(images(), recipe());
  BOOST_TEST(torch::equal(shipped.load(shipped.plan(0), 0, 4).images, named.load(named.plan(0), 0, 4).images));
}

BOOST_AUTO_TEST_SUITE_END()
