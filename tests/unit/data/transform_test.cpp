// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <set>

#include <qcs/data/augment/transform.hpp>
#include <qcs/image/reference/geometry.hpp>

#include "support.hpp"

namespace {

using qcs::TransformOptions;
using support::message_of;
using support::picture;

bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

qcs::Rng rng_of(std::uint64_t seed) { return qcs::stream(seed, qcs::Purpose::kAugment); }

BOOST_AUTO_TEST_SUITE(transform)

BOOST_AUTO_TEST_CASE(resizing_keeps_flat_colours_and_equal_sizes) {
  const cv::Mat flat(31, 57, CV_8UC3, cv::Scalar(3, 128, 255));
  for (const int side : {1, 2, 16, 56, 224})
    BOOST_TEST(
        equal(qcs::image::resize(flat, side, side + 3), cv::Mat(side, side + 3, CV_8UC3, cv::Scalar(3, 128, 255))));
  BOOST_TEST(equal(qcs::image::resize(picture(1), 24, 20), picture(1)));
  BOOST_TEST(equal(qcs::image::resize(cv::Mat(1, 1, CV_8UC3, cv::Scalar(9, 8, 7)), 3, 2),
                   cv::Mat(3, 2, CV_8UC3, cv::Scalar(9, 8, 7))));
}

BOOST_AUTO_TEST_CASE(resize_weights_sum_to_one) {
  for (const auto& [in, out] : {std::pair{48, 224}, {533, 224}, {224, 48}, {7, 3}, {1, 9}, {4000, 224}}) {
    const auto axis = qcs::image::detail::resize_axis(in, out);
    for (int i = 0; i < out; ++i) {
      std::int64_t sum = 0;
      for (int k = 0; k < axis.taps; ++k) sum += axis.weights_of(i)[k];
      BOOST_TEST(std::abs(sum - (1 << 22)) <= axis.taps);
      BOOST_TEST((axis.first[std::size_t(i)] >= 0 && axis.first[std::size_t(i)] + axis.taps <= in));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_quarter_turn_moves_every_pixel) {
  const cv::Mat image = picture(2, 20, 20);
  const cv::Mat turned = qcs::image::rotate(image, 90);
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 20; ++x) BOOST_REQUIRE((turned.at<cv::Vec3b>(19 - x, y) == image.at<cv::Vec3b>(y, x)));
  BOOST_TEST(equal(qcs::image::rotate(image, 360), image));
}

BOOST_AUTO_TEST_CASE(operations_accept_a_part_of_an_image) {
  const cv::Mat part = qcs::image::crop(picture(4, 40, 50), 3, 7, 20), whole = part.clone();
  BOOST_TEST(!part.isContinuous());
  BOOST_TEST(equal(qcs::image::flip(part), qcs::image::flip(whole)));
  BOOST_TEST(equal(qcs::image::rotate(part, 12), qcs::image::rotate(whole, 12)));
  BOOST_TEST(equal(qcs::image::contrast(part, 1.2), qcs::image::contrast(whole, 1.2)));
  BOOST_TEST(equal(qcs::image::hue(part, .07), qcs::image::hue(whole, .07)));
  BOOST_TEST(equal(qcs::image::resize(part, 31, 9), qcs::image::resize(whole, 31, 9)));
}

BOOST_AUTO_TEST_CASE(neutral_factors_change_nothing) {
  const cv::Mat image = picture(5);
  BOOST_TEST(equal(qcs::image::brightness(image, 1), image));
  BOOST_TEST(equal(qcs::image::contrast(image, 1), image));
  BOOST_TEST(equal(qcs::image::saturation(image, 1), image));
  BOOST_TEST(equal(qcs::image::flip(qcs::image::flip(image)), image));
}

BOOST_AUTO_TEST_CASE(evaluation_normalises_the_centre) {
  TransformOptions options;
  options.resize = 24;
  options.crop = 20;
  const cv::Mat image = picture(6, 24, 24);
  const torch::Tensor input = qcs::EvalTransform(options)(image);
  BOOST_TEST((input.sizes() == torch::IntArrayRef{3, 20, 20}));
  for (int c = 0; c < 3; ++c) {
    const auto k = static_cast<std::size_t>(c);
    const float expected =
        (static_cast<float>(image.at<cv::Vec3b>(2 + 5, 2 + 9)[c]) / 255.F - options.mean[k]) / options.std[k];
    BOOST_TEST(input[c][5][9].item<float>() == expected);
  }
}

BOOST_AUTO_TEST_CASE(training_without_randomness_is_evaluation) {
  TransformOptions options;
  options.flip_probability = options.erase_probability = 0;
  options.colour_jitter = false;
  options.resize = options.crop = 32;
  qcs::Rng rng = rng_of(1);
  BOOST_TEST(torch::equal(qcs::TrainTransform(options)(picture(7), rng), qcs::EvalTransform(options)(picture(7))));
}

BOOST_AUTO_TEST_CASE(zoom_and_shift_move_what_is_seen) {
  // A light square of 20 x 20 on a dark ground: its centre and size tell what was done.
  cv::Mat image = cv::Mat::zeros(100, 100, CV_8UC3);
  image(cv::Rect(50, 30, 20, 20)).setTo(cv::Scalar::all(255));
  const qcs::image::Positions all{0, 1, 200};
  const auto measure = [&](const qcs::image::Placement& placement) {
    qcs::image::Planes moved;
    qcs::image::warp_at(image, 1, 200, placement, all, all, moved);
    const cv::Mat plane(200, 200, CV_8UC1, moved.plane(0));
    const auto m = cv::moments(plane);
    return std::array{m.m10 / m.m00, m.m01 / m.m00, std::sqrt(m.m00 / 255)};
  };
  const auto check = [&](const qcs::image::Placement& placement, double x, double y, double side) {
    const auto found = measure(placement);
    BOOST_TEST(std::abs(found[0] - x) < .6);
    BOOST_TEST(std::abs(found[1] - y) < .6);
    BOOST_TEST(std::abs(found[2] - side) < .6);
  };
  check({}, 119.5, 79.5, 40);
  check({.mirrored = true}, 79.5, 79.5, 40);
  check({.shift_x = .1, .shift_y = -.2}, 139.5, 39.5, 40);
  check({.zoom = 1.5}, 129.5, 69.5, 60);
  check({.degrees = 90}, 79.5, 79.5, 40);                   // counter-clockwise, as image::rotate
  check({.degrees = 180, .shift_x = .1}, 99.5, 119.5, 40);  // turned first, then shifted
}

BOOST_AUTO_TEST_CASE(zoom_and_shift_of_a_thinned_image_are_those_of_the_whole) {
  TransformOptions options;
  options.resize = 60;
  options.crop = 56;
  options.zoom = .2;
  options.shift = .1;
  options.rotation_degrees = 10;
  options.colour_jitter = false;
  options.erase_probability = 0;
  for (const bool jitter : {false, true}) {
    options.colour_jitter = jitter;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const cv::Mat image = picture(static_cast<int>(seed), 48, 48);
      options.stride = 1;
      auto rng = rng_of(seed);
      const auto whole = qcs::TrainTransform(options)(image, rng);
      options.stride = 4;
      auto again = rng_of(seed);
      const auto thinned = qcs::TrainTransform(options)(image, again);
      using torch::indexing::Slice;
      const auto every = whole.index({Slice(), Slice(0, torch::indexing::None, 4), Slice(0, torch::indexing::None, 4)});
      BOOST_TEST((every - thinned).abs().max().item<float>() < .05);  // the look-up is rounded to 1/32 of a pixel
    }
  }
}

BOOST_AUTO_TEST_CASE(large_pictures_are_reduced_before_they_are_moved) {
  TransformOptions options;
  options.resize = options.crop = 32;
  options.zoom = .1;
  options.colour_jitter = false;
  options.erase_probability = options.flip_probability = 0;
  cv::Mat checks(320, 320, CV_8UC3);  // squares of one pixel: grey once reduced
  for (int y = 0; y < 320; ++y)
    for (int x = 0; x < 320; ++x) checks.at<cv::Vec3b>(y, x) = cv::Vec3b::all((x + y) % 2 == 0 ? 0 : 254);
  auto rng = rng_of(3);
  const auto out = qcs::TrainTransform(options)(checks, rng);
  const float grey = (127.F / 255 - options.mean[0]) / options.std[0];
  BOOST_TEST((out[0] - grey).abs().max().item<float>() < .03);
}

BOOST_AUTO_TEST_CASE(the_same_generator_state_means_the_same_input) {
  TransformOptions options;
  options.rotation_degrees = 10;
  options.resize = 40;
  options.crop = 32;
  const qcs::TrainTransform transform(options);
  qcs::Rng first = rng_of(3), second = rng_of(3), other = rng_of(4);
  const torch::Tensor input = transform(picture(8), first);
  BOOST_TEST(torch::equal(input, transform(picture(8), second)));
  BOOST_TEST(!torch::equal(input, transform(picture(8), other)));
}

BOOST_AUTO_TEST_CASE(augmentations_follow_their_distributions) {
  TransformOptions options;
  options.resize = 236;
  options.rotation_degrees = 12;
  options.erase_area_min = .03;
  constexpr int kDraws = 20000;
  int flips = 0, erased = 0;
  double angle = 0, brightness = 0, hue = 0, area = 0;
  std::set<int> tops, lefts;
  std::set<std::array<qcs::Augmentation::Jitter, 4>> orders;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    qcs::Rng rng = rng_of(i);
    const auto drawn = qcs::draw_augmentation(options, rng);
    flips += drawn.flip;
    angle += drawn.rotation;
    brightness += drawn.brightness;
    hue += drawn.hue;
    tops.insert(drawn.top);
    lefts.insert(drawn.left);
    orders.insert(drawn.jitter_order);
    BOOST_REQUIRE(std::abs(drawn.rotation) <= 12);
    BOOST_REQUIRE((drawn.contrast >= .8 && drawn.contrast <= 1.2 && drawn.saturation >= .8 && drawn.saturation <= 1.2));
    if (!drawn.erase) continue;
    ++erased;
    const double share = double(drawn.erase->area()) / (224 * 224);
    area += share;
    BOOST_REQUIRE((share > .028 && share < .102));
    BOOST_REQUIRE(
        (drawn.erase->x >= 0 && drawn.erase->br().x <= 224 && drawn.erase->y >= 0 && drawn.erase->br().y <= 224));
    const double ratio = double(drawn.erase->height) / drawn.erase->width;
    BOOST_REQUIRE((ratio > .28 && ratio < 3.5));
  }
  BOOST_TEST(std::abs(flips - kDraws / 2) < 5 * std::sqrt(kDraws / 4.));
  BOOST_TEST(std::abs(erased - kDraws / 2) < 5 * std::sqrt(kDraws / 4.));
  BOOST_TEST(std::abs(angle / kDraws) < 5 * 12 / std::sqrt(3. * kDraws));
  BOOST_TEST(std::abs(brightness / kDraws - 1) < 5 * .2 / std::sqrt(3. * kDraws));
  BOOST_TEST(std::abs(hue / kDraws) < 5 * .1 / std::sqrt(3. * kDraws));
  BOOST_TEST(std::abs(area / erased - .065) < .001);
  BOOST_TEST((tops.size() == 13 && *tops.begin() == 0 && *tops.rbegin() == 12 && lefts == tops));
  BOOST_TEST(orders.size() == 24U);
}

BOOST_AUTO_TEST_CASE(erasing_sets_the_mean_colour) {
  TransformOptions options;
  options.erase_probability = 1;
  options.resize = options.crop = 64;
  const qcs::TrainTransform transform(options);
  qcs::Augmentation drawn;
  drawn.erase = cv::Rect(5, 9, 7, 3);
  torch::Tensor input = torch::empty({3, 64, 64});
  transform.apply(picture(9), drawn, input.data_ptr<float>());
  const torch::Tensor zero = input.eq(0);
  BOOST_TEST(zero.slice(1, 9, 12).slice(2, 5, 12).all().item<bool>());
  BOOST_TEST(zero.sum().item<std::int64_t>() == 3 * 7 * 3);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
  const auto refuse = [](auto change) {
    TransformOptions options;
    change(options);
    return message_of<qcs::ConfigError>([&] { qcs::EvalTransform{options}; });
  };
  BOOST_TEST(refuse([](auto& o) { o.crop = 225; }) == "transform: crop must be within 1..resize, got 225");
  BOOST_TEST(refuse([](auto& o) { o.resize = 0; }) == "transform: resize must be within 1..32767, got 0");
  BOOST_TEST(refuse([](auto& o) { o.jitter_hue = .6; }) == "transform: hue jitter must be within 0..0.5, got 0.6");
  BOOST_TEST(refuse([](auto& o) { o.erase_area_max = .01; }) ==
             "transform: largest erased area must be within 0.02..1, got 0.01");
  BOOST_TEST(refuse([](auto& o) { o.rotation_degrees = std::nan(""); }) ==
             "transform: rotation must be within 0..180, got nan");
  BOOST_TEST(refuse([](auto& o) { o.std[1] = 0; }) == "transform: std must be above 0, got 0");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
