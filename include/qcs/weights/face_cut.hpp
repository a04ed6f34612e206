// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <string>

namespace qcs {

/// Where both eyes, the tip of the nose and both corners of the mouth lie in a cut face: x and y as shares of its side.
using FaceTemplate = std::array<std::array<double, 2>, 5>;

/// How faces are cut out of photos, so that they look like those of a data set.
struct FaceCut {
  std::string description = {};  ///< in words; empty: unknown
  double margin = 0;  ///< share of a detector's box that is added on each side, above -.5; below 0 takes away
  std::optional<FaceTemplate> points = {};  ///< where a detector's points come to lie; without it the box decides

  bool operator==(const FaceCut&) const = default;
};

}  // namespace qcs
