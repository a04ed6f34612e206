// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <opencv2/core.hpp>

#include <qcs/core/random.hpp>
#include <qcs/data/augment/transform_options.hpp>

namespace qcs {

/// What is done to one training image. Drawn before any pixel is touched, so the same generator state always
/// means the same augmentation, whatever the image looks like.
struct Augmentation {
  enum class Jitter { kBrightness, kContrast, kSaturation, kHue };

  bool flip = false;
  double rotation = 0;                        ///< degrees, counter-clockwise
  double zoom = 1, shift_x = 0, shift_y = 0;  ///< shares of the side
  int top = 0;                                ///< offsets of the crop
  int left = 0;
  bool colour_jitter = false;
  std::array<Jitter, 4> jitter_order{Jitter::kBrightness, Jitter::kContrast, Jitter::kSaturation, Jitter::kHue};
  double brightness = 1, contrast = 1, saturation = 1, hue = 0;
  std::optional<cv::Rect> erase;  ///< within the crop
};

namespace detail {

inline double uniform(Rng& rng, double low, double high) {
  return low < high ? boost::random::uniform_real_distribution<double>(low, high)(rng) : low;
}

inline int uniform_int(Rng& rng, int low, int high) {
  return boost::random::uniform_int_distribution<int>(low, high)(rng);
}

/// Random erasing (Zhong et al., AAAI 2020) as torchvision does it: ten tries for a rectangle of a uniform
/// area and a log-uniform aspect ratio in .3..3.3 that is smaller than the image; without luck nothing is
/// erased.
inline std::optional<cv::Rect> draw_erased_area(Rng& rng, const TransformOptions& options) {
  const double image = double{1} * options.crop * options.crop;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = image * uniform(rng, options.erase_area_min, options.erase_area_max);
    const double ratio = std::exp(uniform(rng, std::log(.3), std::log(3.3)));
    const int height = static_cast<int>(std::nearbyint(std::sqrt(area * ratio)));
    const int width = static_cast<int>(std::nearbyint(std::sqrt(area / ratio)));
    if (height >= options.crop || width >= options.crop) continue;
    const int top = uniform_int(rng, 0, options.crop - height);
    const int left = uniform_int(rng, 0, options.crop - width);
    return cv::Rect(left, top, width, height);
  }
  return std::nullopt;
}

}  // namespace detail

/// Draws an augmentation with the distributions of torchvision's transforms; zoom and shift draw nothing where they are
/// 0.
inline Augmentation draw_augmentation(const TransformOptions& options, Rng& rng) {
  using detail::uniform;
  Augmentation drawn;
  drawn.flip = uniform(rng, 0, 1) < options.flip_probability;
  drawn.rotation = uniform(rng, -options.rotation_degrees, options.rotation_degrees);
  drawn.zoom = uniform(rng, 1 - options.zoom, 1 + options.zoom);
  drawn.shift_x = uniform(rng, -options.shift, options.shift);
  drawn.shift_y = uniform(rng, -options.shift, options.shift);
  drawn.top = detail::uniform_int(rng, 0, options.resize - options.crop);
  drawn.left = detail::uniform_int(rng, 0, options.resize - options.crop);
  drawn.colour_jitter = options.colour_jitter;
  if (options.colour_jitter) {
    for (int last = 3; last > 0; --last)
      std::swap(drawn.jitter_order[static_cast<std::size_t>(last)],
                drawn.jitter_order[static_cast<std::size_t>(detail::uniform_int(rng, 0, last))]);
    drawn.brightness = uniform(rng, 1 - options.jitter_brightness, 1 + options.jitter_brightness);
    drawn.contrast = uniform(rng, 1 - options.jitter_contrast, 1 + options.jitter_contrast);
    drawn.saturation = uniform(rng, 1 - options.jitter_saturation, 1 + options.jitter_saturation);
    drawn.hue = uniform(rng, -options.jitter_hue, options.jitter_hue);
  }
  if (uniform(rng, 0, 1) < options.erase_probability) drawn.erase = detail::draw_erased_area(rng, options);
  return drawn;
}

}  // namespace qcs
