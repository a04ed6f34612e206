// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <qcs/data/augment/grid_distortion.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/topology/quadruplet.hpp>

#include "support.hpp"

namespace {

using namespace qcs;

TransformOptions small() {
  TransformOptions options;
  options.resize = 20;
  options.crop = 16;
  return options;
}

/// Neither moves nor colours: what comes out is the image, normalised.
TransformOptions plain(int side) {
  TransformOptions options;
  options.resize = options.crop = side;
  options.flip_probability = options.erase_probability = 0;
  options.colour_jitter = false;
  return options;
}

std::vector<float> written(const auto& augmenter, const cv::Mat& image, Rng rng) {
  const int side = augmenter.options().side();
  std::vector<float> planes(std::size_t(3 * side * side));
  augmenter.write(image, rng, planes.data());
  return planes;
}

/// Only the first pixel, and its options are a copy; for the rules.
struct Copying {
  explicit Copying(const TransformOptions& options) : options_(options) {}
  TransformOptions options() const { return options_; }
  void write(const cv::Mat&, Rng&, float*) {}
  TransformOptions options_;
};
static_assert(AugmenterRules<Copying>::kFromOptions && AugmenterRules<Copying>::kCopies);
static_assert(!AugmenterRules<Copying>::kHasOptions && !AugmenterRules<Copying>::kWrites);
static_assert(!AugmenterPolicy<int> && AugmenterPolicy<GridDistorted<GridDistortion>>);

}  // namespace

BOOST_AUTO_TEST_SUITE(augmenter)

BOOST_AUTO_TEST_CASE(without_a_chance_grid_distortion_is_what_it_goes_before) {
  const GridDistortion none(small(), {.probability = 0});
  const TrainTransform inner(small());
  for (std::uint64_t i = 0; i < 10; ++i) {
    Rng ours = stream(3, Purpose::kAugment, i), theirs = ours;
    std::vector<float> a(3 * 16 * 16), b(a);
    none.write(support::picture(int(i)), ours, a.data());
    inner.write(support::picture(int(i)), theirs, b.data());
    BOOST_TEST(a == b, boost::test_tools::per_element());
    BOOST_TEST((ours == theirs));
  }
}

BOOST_AUTO_TEST_CASE(a_grid_that_keeps_its_cells_changes_nothing) {
  const GridDistortion still(plain(24), {.limit = 0, .probability = 1});
  const TrainTransform inner(plain(24));
  for (const auto& [rows, cols] : {std::pair{24, 20}, {7, 31}, {1, 1}, {1, 9}}) {
    const cv::Mat image = support::picture(4, rows, cols);
    BOOST_TEST(written(still, image, Rng(1)) == written(inner, image, Rng(1)), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_ramp_stays_a_ramp_from_edge_to_edge) {
  cv::Mat ramp(64, 64, CV_8UC1);
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x) ramp.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(4 * x);
  int moved = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    Rng rng = stream(1, Purpose::kAugment, i);
    const auto cols = qcs::detail::draw_grid({}, rng), rows = qcs::detail::draw_grid({}, rng);
    BOOST_TEST((cols.size() == 6U && cols.front() == 0 && cols.back() == 1));
    for (std::size_t c = 1; c < cols.size(); ++c) {
      const double width = cols[c] - cols[c - 1];  // before scaling .7 to 1.3 of a fifth, as is their mean
      BOOST_TEST((width > .7 / 1.3 / 5 && width < 1.3 / .7 / 5));
    }
    const cv::Mat out = qcs::detail::remap_sides(ramp, qcs::detail::SideMap(rows, 64), qcs::detail::SideMap(cols, 64));
    for (int x = 0; x < 64; ++x) {
      const double at = (x + .5) / 64 * 5;
      const auto cell = static_cast<std::size_t>(at);
      const double source =
          std::clamp(64 * (cols[cell] + (at - double(cell)) * (cols[cell + 1] - cols[cell])) - .5, 0., 63.);
      BOOST_TEST(std::abs(out.at<std::uint8_t>(17, x) - 4 * source) <= .51);
      BOOST_TEST(int(out.at<std::uint8_t>(17, x)) == int(out.at<std::uint8_t>(60, x)));
      moved += std::abs(source - x) > 1 ? 1 : 0;
    }
    BOOST_TEST((out.at<std::uint8_t>(0, 0) <= 2 && out.at<std::uint8_t>(0, 63) >= 250));
  }
  BOOST_TEST(moved > 1000);
}

BOOST_AUTO_TEST_CASE(grey_images_are_distorted_as_colour_images_of_equal_channels) {
  const GridDistortion always(small(), {.probability = 1});
  cv::Mat grey(31, 17, CV_8UC1), colour;
  for (int y = 0; y < grey.rows; ++y)
    for (int x = 0; x < grey.cols; ++x) grey.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(7 * x * y);
  cv::merge(std::vector<cv::Mat>(3, grey), colour);
  for (std::uint64_t seed = 0; seed < 5; ++seed)
    BOOST_TEST(written(always, grey, Rng(seed)) == written(always, colour, Rng(seed)),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_drawn_depends_on_no_pixel) {
  const GridDistortion usual(small());
  int distorted = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng one(seed), other(seed), inner(seed);
    std::vector<float> planes(3 * 16 * 16);
    usual.write(support::picture(1), one, planes.data());
    usual.write(cv::Mat(90, 40, CV_8UC1, cv::Scalar(3)), other, planes.data());
    BOOST_TEST((one == other));
    qcs::detail::uniform(inner, 0, 1);
    TrainTransform(small()).write(support::picture(1), inner, planes.data());
    distorted += one != inner;
  }
  BOOST_TEST((distorted > 8 && distorted < 32), distorted);
}

BOOST_AUTO_TEST_CASE(grids_out_of_range_are_refused) {
  for (const GridDistortionOptions& bad : {GridDistortionOptions{.cells = 0},
                                           {.cells = 1001},
                                           {.limit = -.1},
                                           {.limit = 1},
                                           {.probability = -.1},
                                           {.probability = 1.1},
                                           {.limit = NAN}})
    BOOST_CHECK_THROW(GridDistortion(small(), bad), ConfigError);
  TransformOptions bad = small();
  bad.crop = 21;
  BOOST_CHECK_THROW(GridDistortion{bad}, ConfigError);
}

BOOST_FIXTURE_TEST_CASE(distorted_tuples_are_the_same_for_any_number_of_workers, support::TemporaryFolder) {
  const ImageSource source(support::pictures(*this, {0, 1, 0, 1, 0, 1, 2, 2}, 3));
  using Distorted = TupleDataset<Quadruplet, TupleSampler<Quadruplet>, GridDistortion>;
  const auto epoch = [&](auto dataset, int workers) {
    Loader loader(std::move(dataset), {.batch_size = 3, .workers = workers});
    std::vector<torch::Tensor> all;
    for (const auto& batch : loader.epoch(2))
      for (const auto& images : batch.branches()) all.push_back(images);
    return torch::cat(all);
  };
  const auto alone = epoch(Distorted(source, small(), {.seed = 5}), 0);
  BOOST_TEST(torch::equal(epoch(Distorted(source, small(), {.seed = 5}), 3), alone));
  BOOST_TEST(!torch::equal(epoch(TupleDataset<Quadruplet>(source, small(), {.seed = 5}), 0), alone));
}

BOOST_AUTO_TEST_SUITE_END()
