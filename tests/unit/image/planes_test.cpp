// SPDX-License-Identifier: MIT
//
// The transforms work on planes and only on the pixels that come out. Here they are held against the plain operations
// of namespace qcs::image, one after the other on the whole image.

#include <boost/test/unit_test.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/image/reference/geometry.hpp>

#include "../data/support.hpp"

namespace {

using namespace qcs;

/// The published order of operations, spelled out.
torch::Tensor plain(const TransformOptions& options, const cv::Mat& rgb, const Augmentation& drawn) {
  cv::Mat image = image::resize(rgb, options.resize, options.resize);
  if (drawn.flip) image = image::flip(image);
  if (drawn.rotation != 0) image = image::rotate(image, drawn.rotation);
  image = image::crop(image, drawn.top, drawn.left, options.crop);
  for (const auto kind : drawn.jitter_order) {
    if (!drawn.colour_jitter) break;
    if (kind == Augmentation::Jitter::kBrightness) image = image::brightness(image, drawn.brightness);
    if (kind == Augmentation::Jitter::kContrast) image = image::contrast(image, drawn.contrast);
    if (kind == Augmentation::Jitter::kSaturation) image = image::saturation(image, drawn.saturation);
    if (kind == Augmentation::Jitter::kHue) image = image::hue(image, drawn.hue);
  }
  auto result = torch::empty({3, options.crop, options.crop});
  image::Normaliser(options.mean, options.std)(image, result.data_ptr<float>());
  if (drawn.erase) image::erase(result.data_ptr<float>(), options.crop, options.crop, *drawn.erase);
  return result;
}

torch::Tensor every(const torch::Tensor& image, int stride) {
  using torch::indexing::Slice;
  return image.index({Slice(), Slice(0, torch::indexing::None, stride), Slice(0, torch::indexing::None, stride)})
      .contiguous();
}

cv::Mat noise(int rows, int cols, std::uint64_t seed, bool grey) {
  Rng rng = stream(seed, Purpose::kAugment);
  cv::Mat image(rows, cols, CV_8UC3);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < cols; ++x)
      for (int c = 0; c < 3; ++c)
        image.at<cv::Vec3b>(y, x)[c] =
            grey && c > 0 ? image.at<cv::Vec3b>(y, x)[0] : static_cast<std::uint8_t>(rng() >> 24);
  return image;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(planes)

BOOST_AUTO_TEST_CASE(training_equals_the_plain_operations_for_every_stride) {
  TransformOptions published;
  TransformOptions rotating;
  rotating.resize = 236;
  rotating.rotation_degrees = 12;
  rotating.erase_probability = 1;
  TransformOptions uncoloured = rotating;
  uncoloured.colour_jitter = false;
  const std::pair<int, int> sizes[]{{48, 48}, {100, 100}, {224, 224}, {333, 250}, {61, 500}, {3, 2}};
  std::uint64_t number = 0;
  for (auto options : {published, rotating, uncoloured})
    for (const auto& [rows, cols] : sizes)
      for (const bool grey : {false, true})
        for (int repeat = 0; repeat < 4; ++repeat) {
          const cv::Mat image = noise(rows, cols, ++number, grey);
          Rng rng = stream(number, Purpose::kTuple);
          const auto drawn = draw_augmentation(options, rng);
          const auto expected = plain(options, image, drawn);
          for (const int stride : {1, 2, 4}) {
            options.stride = stride;
            auto found = torch::empty({3, options.side(), options.side()});
            TrainTransform(options).apply(image, drawn, found.data_ptr<float>());
            BOOST_TEST(torch::equal(found, every(expected, stride)), rows << " x " << cols
                                                                          << (grey ? " grey" : " colour") << ", stride "
                                                                          << stride << ", number " << number);
          }
        }
}

BOOST_AUTO_TEST_CASE(evaluation_equals_the_plain_operations_for_every_stride) {
  TransformOptions options;
  options.resize = 235;
  for (const bool grey : {false, true})
    for (const auto& [rows, cols] : {std::pair{48, 48}, {640, 480}}) {
      const cv::Mat image = noise(rows, cols, 5, grey);
      const cv::Mat centre = image::centre_crop(image::resize(image, options.resize, options.resize), options.crop);
      auto expected = torch::empty({3, options.crop, options.crop});
      image::Normaliser(options.mean, options.std)(centre, expected.data_ptr<float>());
      for (const int stride : {1, 2, 4}) {
        options.stride = stride;
        BOOST_TEST(torch::equal(EvalTransform(options)(image), every(expected, stride)));
      }
    }
}

BOOST_AUTO_TEST_CASE(every_colour_is_turned_and_greyed_alike) {
  cv::Mat all(256, 65536, CV_8UC3);
  image::Planes planes;
  planes.resize(3, 256, 65536);
  for (const auto& [turns, saturation] : {std::pair{.1, .8}, {-.07, 1.2}, {.013, 1.0}}) {
    for (int r = 0; r < 256; ++r)
      for (int i = 0; i < 65536; ++i) {
        all.at<cv::Vec3b>(r, i) =
            cv::Vec3b(static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i));
        for (int c = 0; c < 3; ++c) planes.row(c, r)[i] = all.at<cv::Vec3b>(r, i)[c];
      }
    image::adjust_hue(planes, turns);
    image::adjust_saturation(planes, saturation);
    const cv::Mat expected = image::saturation(image::hue(all, turns), saturation);
    std::int64_t different = 0;
    for (int r = 0; r < 256; ++r)
      for (int i = 0; i < 65536; ++i)
        for (int c = 0; c < 3; ++c) different += planes.row(c, r)[i] != expected.at<cv::Vec3b>(r, i)[c];
    BOOST_TEST(different == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_stride_must_divide_the_crop) {
  TransformOptions options;
  options.stride = 3;
  BOOST_CHECK_THROW(TrainTransform{options}, ConfigError);
  options.stride = 0;
  BOOST_CHECK_THROW(EvalTransform{options}, ConfigError);
}

BOOST_AUTO_TEST_SUITE_END()
