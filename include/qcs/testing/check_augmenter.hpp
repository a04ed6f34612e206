// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <opencv2/core.hpp>
#include <qcs/core/parallel_for.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/augment/augmenter.hpp>
#include <qcs/testing/findings.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::testing {

/// The transforms that check_augmenter tries where none are given: small ones with everything, with nothing, and with
/// strides.
inline std::vector<TransformOptions> made_up_transforms() {
  const TransformOptions all{.resize = 40, .crop = 32, .rotation_degrees = 20, .erase_probability = 1};
  std::vector<TransformOptions> list{all, all, all, TransformOptions{.resize = 32, .crop = 32}};
  list[1].stride = 2;
  list[2].stride = 4;
  list[2].colour_jitter = false;
  list[3].flip_probability = list[3].erase_probability = 0;
  list[3].colour_jitter = false;
  return list;
}

namespace detail {

/// The checks of one augmenter with one set of options.
template <class A>
class AugmenterChecks {
 public:
  AugmenterChecks(Findings& findings, const TransformOptions& options)
      : findings_(findings), options_(options), augmenter_(options) {}

  void run() {
    findings_.require(augmenter_.options().crop == options_.crop && augmenter_.options().stride == options_.stride,
                      "options() are not those that the augmenter was made from");
    std::vector<cv::Mat> images;
    for (const auto& [rows, cols] : {std::pair(48, 64), {1, 1}, {1, 7}, {7, 1}, {33, 5}, {224, 224}, {301, 97}})
      for (const int type : {CV_8UC3, CV_8UC1}) images.push_back(made_up(rows, cols, type, images.size()));
    images.push_back(made_up(60, 80, CV_8UC3, 99)(cv::Rect(7, 5, 41, 39)));  // rows that do not follow each other
    std::vector<std::vector<float>> results;
    for (const auto& image : images) results.push_back(one(image));
    several_threads(images, results);
    grey();
    stride();
  }

 private:
  static constexpr std::size_t kGuard = 4096;
  static constexpr float kMark = -7.25e30F;

  static cv::Mat made_up(int rows, int cols, int type, std::size_t seed) {
    cv::Mat image(rows, cols, type);
    cv::RNG rng(seed + 1);
    rng.fill(image, cv::RNG::UNIFORM, 0, 256);
    return image;
  }

  static std::string called(const cv::Mat& image) {
    return fmt::format("of an image of {} x {} pixels ({})", image.cols, image.rows,
                       image.channels() == 1 ? "8UC1" : "8UC3");
  }

  std::size_t floats() const {
    return 3 * static_cast<std::size_t>(options_.side()) * static_cast<std::size_t>(options_.side());
  }

  /// What is written between two guarded zones.
  std::vector<float> written(const cv::Mat& image, Rng& rng, float before) {
    std::vector<float> buffer(floats() + 2 * kGuard, before);
    std::fill_n(buffer.begin(), kGuard, kMark);
    std::fill_n(buffer.end() - kGuard, kGuard, kMark);
    augmenter_.write(image, rng, buffer.data() + kGuard);
    const auto whole = [](auto begin) {
      return std::all_of(begin, begin + kGuard, [](float value) { return value == kMark; });
    };
    findings_.require(whole(buffer.begin()) && whole(buffer.end() - kGuard),
                      "write() writes outside of the 3 * side * side floats at `planes`");
    return {buffer.begin() + kGuard, buffer.end() - kGuard};
  }

  static Rng rng() { return stream(1, Purpose::kAugment, 0, 0); }

  std::vector<float> one(const cv::Mat& image) {
    std::vector<float> planes;
    findings_.attempt("write() " + called(image), [&] {
      const cv::Mat before = image.clone();
      Rng first = rng(), second = rng();
      planes = written(image, first, kMark);
      findings_.require(cv::norm(before, image, cv::NORM_INF) == 0, "write() changes its input image");
      const auto again = written(image, second, 0);
      findings_.require(std::find(planes.begin(), planes.end(), kMark) == planes.end(),
                        "write() leaves floats at `planes` as they were");
      findings_.require(planes == again,
                        "write() gives other pixels for the same image and the same state of the generator");
      values(planes);
      if (!states_.empty())
        findings_.require(states_.front() == first,
                          "what write() draws from the generator depends on the image; draw everything first");
      states_.push_back(first);
    });
    return planes;
  }

  void values(const std::vector<float>& planes) {
    const std::size_t plane = planes.size() / 3;
    for (std::size_t i = 0; i < planes.size(); ++i) {
      const auto c = i / plane;
      const float low = (0 - options_.mean[c]) / options_.std[c], high = (1 - options_.mean[c]) / options_.std[c];
      if (!findings_.require(std::isfinite(planes[i]), "write() gives numbers that are not finite")) return;
      if (!findings_.require(planes[i] >= low - 1e-3F && planes[i] <= high + 1e-3F,
                             "write() gives numbers beyond those of pixels in 0..255 after (pixel / 255 - mean) / std"))
        return;
    }
  }

  void several_threads(const std::vector<cv::Mat>& images, const std::vector<std::vector<float>>& expected) {
    findings_.attempt("write() in four threads", [&] {
      std::vector<char> same(4 * images.size());
      const auto again = [&](std::size_t i) {
        std::vector<float> planes(floats());
        Rng own = rng();
        augmenter_.write(images[i % images.size()], own, planes.data());
        same[i] = planes == expected[i % images.size()] ? 1 : 0;
      };
      parallel_for(same.size(), 4, again, {});
      findings_.require(std::find(same.begin(), same.end(), 0) == same.end(),
                        "write() gives other pixels when several threads call it at once");
    });
  }

  static double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(double{a[i]} - double{b[i]}));
    return largest;
  }

  /// 8UC1 stands for three equal channels.
  void grey() {
    findings_.attempt("write() of a grey image", [&] {
      const cv::Mat grey = made_up(50, 44, CV_8UC1, 5);
      cv::Mat colour;
      cv::merge(std::vector<cv::Mat>{grey, grey, grey}, colour);
      Rng first = rng(), second = rng();
      findings_.require(largest_difference(written(grey, first, 0), written(colour, second, 0)) < .1,
                        "write() gives an 8UC1 image another result than the same one as 8UC3");
    });
  }

  /// A stride leaves rows and columns out, and changes nothing else.
  void stride() {
    if (options_.stride == 1) return;
    findings_.attempt("write() with a stride", [&] {
      auto whole_options = options_;
      whole_options.stride = 1;
      const cv::Mat image = made_up(50, 44, CV_8UC3, 5);
      Rng first = rng(), second = rng();
      const auto thinned = written(image, first, 0);
      const auto crop = static_cast<std::size_t>(options_.crop), side = static_cast<std::size_t>(options_.side());
      std::vector<float> whole(3 * crop * crop), kept;
      A(whole_options).write(image, second, whole.data());
      for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t y = 0; y < side; ++y)
          for (std::size_t x = 0; x < side; ++x)
            kept.push_back(whole[(c * crop + y * crop / side) * crop + x * crop / side]);
      findings_.require(largest_difference(thinned, kept) < 1e-5,
                        "with a stride, write() gives something else than every stride-th row and column");
    });
  }

  Findings& findings_;
  TransformOptions options_;
  A augmenter_;
  std::vector<Rng> states_;
};

}  // namespace detail

/// Checks an augmenter with each of the options given, on made-up images of colour and grey and of odd sizes: that
/// write() fills just the 3 * side * side floats it is given, leaves its input alone, gives finite normalised pixels,
/// the same ones for the same generator in one thread and in four, draws the same whatever the image shows, treats 8UC1
/// as three equal channels, and that a stride only leaves out. Throws CheckError with everything that is wrong.
template <class A>
void check_augmenter(const std::vector<TransformOptions>& transforms = made_up_transforms()) {
  static_assert(CheckedAugmenter<A>::kValid);
  if constexpr (AugmenterPolicy<A>) {
    Findings findings("augmenter", part_name<A>());
    for (const auto& options : transforms)
      findings.attempt("its construction", [&] { detail::AugmenterChecks<A>(findings, options).run(); });
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
