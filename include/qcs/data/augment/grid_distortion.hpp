// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/augment/augmentation.hpp>
#include <qcs/data/augment/augmenter.hpp>
#include <qcs/data/augment/transform.hpp>
#include <vector>

namespace qcs {

struct GridDistortionOptions {
  int cells = 5;      ///< of the grid, along either side
  double limit = .3;  ///< a cell takes its size times 1 +- this, uniformly
  double probability = .5;
};

/// Throws ConfigError naming the first value that is out of range.
inline void validate(const GridDistortionOptions& options) {
  if (options.cells < 1 || options.cells > 1000)
    throw ConfigError(fmt::format("grid distortion: cells must be within 1..1000, got {}", options.cells));
  if (!(options.limit >= 0 && options.limit < 1))
    throw ConfigError(fmt::format("grid distortion: limit must be at least 0 and below 1, got {}", options.limit));
  if (!(options.probability >= 0 && options.probability <= 1))
    throw ConfigError(fmt::format("grid distortion: probability must be within 0..1, got {}", options.probability));
}

namespace detail {

/// Where each cell of one side begins in the source, as shares of it: cells + 1 values from 0 to 1.
inline std::vector<double> draw_grid(const GridDistortionOptions& options, Rng& rng) {
  std::vector<double> lines{0};
  for (int c = 0; c < options.cells; ++c)
    lines.push_back(lines.back() + uniform(rng, 1 - options.limit, 1 + options.limit));
  for (double& line : lines) line /= lines.back();  // the last one is itself last
  return lines;
}

/// For every pixel of a side the first of the two source pixels that it lies between, and the weight of the second,
/// of kOne. In whole numbers, so that results are the same everywhere.
struct SideMap {
  static constexpr int kBits = 11, kOne = 1 << kBits;
  std::vector<int> first, second, weight;

  SideMap(const std::vector<double>& lines, int size) {
    const auto cells = static_cast<double>(lines.size() - 1);
    for (int i = 0; i < size; ++i) {
      const double at = (i + .5) / size * cells;  // in cells
      const auto cell = static_cast<std::size_t>(at);
      const double share = lines[cell] + (lines[cell + 1] - lines[cell]) * (at - std::floor(at));
      const double source = std::clamp(share * size - .5, 0., size - 1.);
      const int before = static_cast<int>(source);
      first.push_back(before);
      second.push_back(std::min(before + 1, size - 1));
      weight.push_back(static_cast<int>(std::lround((source - before) * kOne)));
    }
  }
};

/// Bilinear look-up of every pixel at its row's and its column's place.
inline cv::Mat remap_sides(const cv::Mat& image, const SideMap& rows, const SideMap& cols) {
  constexpr int kOne = SideMap::kOne, kBits = SideMap::kBits;
  const int channels = image.channels();
  cv::Mat out(image.rows, image.cols, image.type());
  for (int y = 0; y < image.rows; ++y) {
    const auto at = static_cast<std::size_t>(y);
    const auto *above = image.ptr<std::uint8_t>(rows.first[at]), *below = image.ptr<std::uint8_t>(rows.second[at]);
    auto* to = out.ptr<std::uint8_t>(y);
    for (std::size_t x = 0; x < cols.first.size(); ++x) {
      const int left = channels * cols.first[x], right = channels * cols.second[x], weight = cols.weight[x];
      for (int c = 0; c < channels; ++c) {
        const int top = above[left + c] * (kOne - weight) + above[right + c] * weight;
        const int bottom = below[left + c] * (kOne - weight) + below[right + c] * weight;
        const int sum = top * (kOne - rows.weight[at]) + bottom * rows.weight[at];  // below 255 << 22
        *to++ = static_cast<std::uint8_t>((sum + (1 << (2 * kBits - 1))) >> (2 * kBits));
      }
    }
  }
  return out;
}

}  // namespace detail

/// Grid distortion before another augmenter: a grid is laid over the image, its columns and rows get other widths and
/// heights, and each cell is stretched to fit, as Albumentations popularised it (Buslaev et al., Information 11(2),
/// 2020, doi 10.3390/info11020125). Here the drawn sizes are scaled to fill the image, so that its edges stay where
/// they are and no border has to be made up.
template <class Inner = TrainTransform>
class GridDistorted {
 public:
  /// Throws ConfigError on a value out of range.
  explicit GridDistorted(const TransformOptions& transform, const GridDistortionOptions& grid = {})
      : inner_(transform), grid_((validate(grid), grid)) {}

  /// An RGB image (8UC3, or 8UC1 for equal channels, any size) as 3 * side * side floats. Whether and how the grid is
  /// distorted is drawn first, and nothing at all with probability 0; then `Inner` draws and writes.
  void write(const cv::Mat& rgb, Rng& rng, float* planes) const {
    if (grid_.probability == 0 || detail::uniform(rng, 0, 1) >= grid_.probability)
      return inner_.write(rgb, rng, planes);
    const auto cols = detail::draw_grid(grid_, rng), rows = detail::draw_grid(grid_, rng);
    inner_.write(detail::remap_sides(rgb, detail::SideMap(rows, rgb.rows), detail::SideMap(cols, rgb.cols)), rng,
                 planes);
  }

  const TransformOptions& options() const { return inner_.options(); }
  const GridDistortionOptions& grid() const { return grid_; }

 private:
  static_assert(CheckedAugmenter<Inner>::kValid);

  Inner inner_;
  GridDistortionOptions grid_;
};

/// Grid distortion before the published augmentation.
using GridDistortion = GridDistorted<>;

static_assert(AugmenterPolicy<GridDistortion>);

}  // namespace qcs
