// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>

#include <fmt/format.h>

#include <qcs/core/error.hpp>

namespace qcs {

/// Training and evaluation transforms. Both resize to resize x resize (antialiased bilinear), crop to crop x
/// crop and normalise; training also flips, rotates, zooms, shifts, jitters colours and erases. The defaults are the
/// published QCS recipe for RAF-DB (Wang et al., AAAI 2025, and its public code).
struct TransformOptions {
  int resize = 224;
  int crop = 224;
  int stride = 1;  ///< keep every stride-th row and column only, which a backbone may be known to read (kPixelStride)
  double flip_probability = .5;
  double rotation_degrees = 0;  ///< angles are uniform in +- this many degrees
  double zoom = 0;              ///< faces become 1 +- this times as large, uniformly
  double shift = 0;             ///< they move by +- this share of the side, uniformly, along either side
  bool colour_jitter = true;
  double jitter_brightness = .2;  ///< factors are uniform in 1 +- this; also for contrast and saturation
  double jitter_contrast = .2;
  double jitter_saturation = .2;
  double jitter_hue = .1;  ///< shifts are uniform in +- this part of a turn, at most .5
  double erase_probability = .5;
  double erase_area_min = .02;  ///< share of the image
  double erase_area_max = .1;
  std::array<float, 3> mean{.485F, .456F, .406F};
  std::array<float, 3> std{.229F, .224F, .225F};

  /// Side of what comes out.
  constexpr int side() const { return crop / stride; }
};

/// Throws ConfigError naming the first value that is out of range.
inline void validate(const TransformOptions& options) {
  const auto require = [](bool good, const char* rule, double value) {
    if (!good) throw ConfigError(fmt::format("transform: {}, got {}", rule, value));
  };
  const auto within = [&](const char* name, double value, double low, double high) {
    if (!(value >= low && value <= high))
      throw ConfigError(fmt::format("transform: {} must be within {}..{}, got {}", name, low, high, value));
  };
  within("resize", options.resize, 1, 32767);
  require(options.crop >= 1 && options.crop <= options.resize, "crop must be within 1..resize", options.crop);
  require(options.stride >= 1 && options.crop % options.stride == 0, "stride must be 1 or more and divide crop",
          options.stride);
  within("flip probability", options.flip_probability, 0, 1);
  within("rotation", options.rotation_degrees, 0, 180);
  within("zoom", options.zoom, 0, .9);
  within("shift", options.shift, 0, .9);
  within("brightness jitter", options.jitter_brightness, 0, 1);
  within("contrast jitter", options.jitter_contrast, 0, 1);
  within("saturation jitter", options.jitter_saturation, 0, 1);
  within("hue jitter", options.jitter_hue, 0, .5);
  within("erasing probability", options.erase_probability, 0, 1);
  within("smallest erased area", options.erase_area_min, 0, 1);
  within("largest erased area", options.erase_area_max, options.erase_area_min, 1);
  for (const float std : options.std) require(std > 0, "std must be above 0", std);
}

}  // namespace qcs
