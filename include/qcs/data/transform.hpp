// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core.hpp>

#include <qcs/core/torch.hpp>
#include <qcs/data/augmentation.hpp>
#include <qcs/data/colour.hpp>
#include <qcs/data/geometry.hpp>
#include <qcs/data/normalise.hpp>
#include <qcs/data/resize.hpp>
#include <qcs/data/rotate.hpp>

namespace qcs {

/// Resize, centre crop, normalise.
class EvalTransform {
 public:
  /// Throws ConfigError on a value out of range.
  explicit EvalTransform(const TransformOptions& options)
      : options_((validate(options), options)), normalise_(options.mean, options.std) {}

  /// An RGB image (8UC3, any size) as a float32 tensor (3, crop, crop).
  torch::Tensor operator()(const cv::Mat& rgb) const {
    torch::Tensor image = torch::empty({3, options_.crop, options_.crop}, torch::kFloat32);
    write(rgb, image.data_ptr<float>());
    return image;
  }

  /// The same, written to 3 * crop * crop floats.
  void write(const cv::Mat& rgb, float* planes) const {
    const cv::Mat resized = image::resize(rgb, options_.resize, options_.resize);
    normalise_(image::centre_crop(resized, options_.crop), planes);
  }

  const TransformOptions& options() const { return options_; }

 private:
  TransformOptions options_;
  image::Normaliser normalise_;
};

/// Resize, flip, rotate, random crop, colour jitter, normalise, random erasing; in this order (public code).
class TrainTransform {
 public:
  /// Throws ConfigError on a value out of range.
  explicit TrainTransform(const TransformOptions& options)
      : options_((validate(options), options)), normalise_(options.mean, options.std) {}

  /// An RGB image (8UC3, any size) as a float32 tensor (3, crop, crop).
  torch::Tensor operator()(const cv::Mat& rgb, Rng& rng) const {
    torch::Tensor image = torch::empty({3, options_.crop, options_.crop}, torch::kFloat32);
    write(rgb, rng, image.data_ptr<float>());
    return image;
  }

  /// The same, written to 3 * crop * crop floats.
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    apply(rgb, draw_augmentation(options_, rng), planes);
  }

  /// Applies a given augmentation, as drawn with these options, and writes 3 * crop * crop floats.
  void apply(const cv::Mat& rgb, const Augmentation& drawn, float* planes) const {
    cv::Mat image = image::resize(rgb, options_.resize, options_.resize);
    if (drawn.flip) image = image::flip(image);
    if (drawn.rotation != 0) image = image::rotate(image, drawn.rotation);
    image = image::crop(image, drawn.top, drawn.left, options_.crop);
    if (drawn.colour_jitter)
      for (const auto kind : drawn.jitter_order) image = jitter(image, kind, drawn);
    normalise_(image, planes);
    if (drawn.erase) image::erase(planes, options_.crop, options_.crop, *drawn.erase);
  }

  const TransformOptions& options() const { return options_; }

 private:
  static cv::Mat jitter(const cv::Mat& rgb, Augmentation::Jitter kind, const Augmentation& drawn) {
    using enum Augmentation::Jitter;
    switch (kind) {
      case kBrightness: return image::brightness(rgb, drawn.brightness);
      case kContrast: return image::contrast(rgb, drawn.contrast);
      case kSaturation: return image::saturation(rgb, drawn.saturation);
      default: return image::hue(rgb, drawn.hue);
    }
  }

  TransformOptions options_;
  image::Normaliser normalise_;
};

}  // namespace qcs
