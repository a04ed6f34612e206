// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/data/augment/augmentation.hpp>
#include <qcs/data/augment/transform_options.hpp>
#include <qcs/image/planes/colour.hpp>
#include <qcs/image/planes/normalise.hpp>
#include <qcs/image/planes/resize.hpp>
#include <qcs/image/planes/rotate.hpp>
#include <qcs/image/planes/warp.hpp>
#include <utility>

namespace qcs {

// Both transforms compute what the operations of namespace qcs::image give one after the other, to the bit (tested),
// but only the pixels that come out: with a stride, every stride-th row and column. What is wanted of the whole image,
// the mean that contrast turns around, is still taken over the whole.

/// Resize, centre crop, normalise.
class EvalTransform {
 public:
  /// Throws ConfigError on a value out of range.
  explicit EvalTransform(const TransformOptions& options)
      : options_((validate(options), options)), normalise_(options.mean, options.std) {}

  /// An RGB image (8UC3, or 8UC1 for equal channels, any size) as a float32 tensor (3, side, side), side = crop /
  /// stride.
  torch::Tensor operator()(const cv::Mat& rgb) const {
    torch::Tensor image = torch::empty({3, options_.side(), options_.side()}, torch::kFloat32);
    write(rgb, image.data_ptr<float>());
    return image;
  }

  /// The same, written to 3 * side * side floats.
  void write(const cv::Mat& rgb, float* planes) const {
    thread_local image::Planes between, resized;
    const image::Positions positions{(options_.resize - options_.crop) / 2, options_.stride, options_.side()};
    image::resize_at(rgb, image::is_grey(rgb) ? 1 : 3, options_.resize, positions, positions, between, resized);
    normalise_(resized, planes);
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

  /// An RGB image (8UC3, or 8UC1 for equal channels, any size) as a float32 tensor (3, side, side), side = crop /
  /// stride.
  torch::Tensor operator()(const cv::Mat& rgb, Rng& rng) const {
    torch::Tensor image = torch::empty({3, options_.side(), options_.side()}, torch::kFloat32);
    write(rgb, rng, image.data_ptr<float>());
    return image;
  }

  /// The same, written to 3 * side * side floats.
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    apply(rgb, draw_augmentation(options_, rng), planes);
  }

  /// Applies a given augmentation, as drawn with these options, and writes 3 * side * side floats.
  void apply(const cv::Mat& rgb, const Augmentation& drawn, float* planes) const {
    thread_local Buffers buffers;
    // Contrast needs the mean of the whole crop; nothing else looks beyond its own pixel.
    const int stride = drawn.colour_jitter ? 1 : options_.stride;
    place(rgb, drawn, stride, buffers);
    if (drawn.colour_jitter) jitter(drawn, buffers);
    normalise_(buffers.crop, planes);
    if (drawn.erase) erase(*drawn.erase, planes);
  }

  const TransformOptions& options() const { return options_; }

 private:
  /// A thread's images, kept so that their memory is used again.
  struct Buffers {
    image::Planes between, resized, crop, strided;
  };

  /// Resizes, flips, rotates and crops into `buffers.crop`. With zoom or shift a pixel is looked up once, for all of
  /// them together: small pictures stay sharper, and what comes from outside repeats the edge instead of being black.
  void place(const cv::Mat& rgb, const Augmentation& drawn, int stride, Buffers& buffers) const {
    const int channels = image::is_grey(rgb) ? 1 : 3;
    const auto mirrored = [&](const image::Positions& cols) {
      return drawn.flip ? image::Positions{options_.resize - 1 - cols.first, -cols.step, cols.count} : cols;
    };
    const image::Positions rows{drawn.top, stride, options_.crop / stride},
        cols{drawn.left, stride, options_.crop / stride};
    if (options_.zoom > 0 || options_.shift > 0) return warp(rgb, channels, drawn, rows, cols, buffers);
    if (drawn.rotation == 0)
      return image::resize_at(rgb, channels, options_.resize, rows, mirrored(cols), buffers.between, buffers.crop);
    const image::Positions all{0, 1, options_.resize};
    image::resize_at(rgb, channels, options_.resize, all, mirrored(all), buffers.between, buffers.resized);
    image::rotate_at(buffers.resized, drawn.rotation, rows, cols, buffers.crop);
  }

  void warp(const cv::Mat& rgb, int channels, const Augmentation& drawn, const image::Positions& rows,
            const image::Positions& cols, Buffers& buffers) const {
    const image::Placement placement{.degrees = drawn.rotation,
                                     .zoom = drawn.zoom,
                                     .shift_x = drawn.shift_x,
                                     .shift_y = drawn.shift_y,
                                     .mirrored = drawn.flip};
    const int size = options_.resize;
    if (std::max(rgb.rows, rgb.cols) <= size)
      return image::warp_at(rgb, channels, size, placement, rows, cols, buffers.crop);
    cv::Mat reduced;
    cv::resize(rgb, reduced, {size, size}, 0, 0, cv::INTER_AREA);
    image::warp_at(reduced, channels, size, placement, rows, cols, buffers.crop);
  }

  /// Works on all pixels up to the contrast and on those that come out from there on.
  void jitter(const Augmentation& drawn, Buffers& buffers) const {
    using enum Augmentation::Jitter;
    auto& image = buffers.crop;
    for (const auto kind : drawn.jitter_order) {
      switch (kind) {
        case kBrightness:
          image::adjust_brightness(image, drawn.brightness);
          break;
        case kSaturation:
          image::adjust_saturation(image, drawn.saturation);
          break;
        case kHue:
          image::adjust_hue(image, drawn.hue);
          break;
        case kContrast: {
          const int mean = image::mean_grey(image);
          if (options_.stride > 1) {
            image::take_every(image, options_.stride, buffers.strided);
            std::swap(image, buffers.strided);
          }
          image::adjust_contrast(image, drawn.contrast, mean);
          break;
        }
      }
    }
  }

  void erase(const cv::Rect& area, float* planes) const {
    const auto strided = [this](int position) { return (position + options_.stride - 1) / options_.stride; };
    const int left = strided(area.x), top = strided(area.y);
    image::erase(planes, options_.side(), options_.side(),
                 {left, top, strided(area.x + area.width) - left, strided(area.y + area.height) - top});
  }

  TransformOptions options_;
  image::Normaliser normalise_;
};

}  // namespace qcs
