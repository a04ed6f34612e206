// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <opencv2/core.hpp>
#include <qcs/report/draw/plot.hpp>
#include <vector>

namespace qcs::report {

/// Means over about `span` neighbouring values, as many before as after where there are. What is not finite is left
/// out.
inline std::vector<double> smooth(const std::vector<double>& values, double span) {
  const std::size_t count = values.size(), half = static_cast<std::size_t>(std::max(0., span / 2));
  std::vector<double> sums(count + 1), means;
  std::vector<std::size_t> finite(count + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const bool counts = std::isfinite(values[i]);
    sums[i + 1] = sums[i] + (counts ? values[i] : 0);
    finite[i + 1] = finite[i] + (counts ? 1 : 0);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = i - std::min(i, half), to = std::min(count, i + half + 1);
    const std::size_t among = finite[to] - finite[from];
    means.push_back(among == 0 ? std::numeric_limits<double>::quiet_NaN()
                               : (sums[to] - sums[from]) / static_cast<double>(among));
  }
  return means;
}

/// No more than about `most` points that look the same: of each stretch the lowest and the highest.
inline std::vector<cv::Point2d> subsampled(const std::vector<cv::Point2d>& points, std::size_t most = 2000) {
  if (points.size() <= most) return points;
  const std::size_t stretch = (2 * points.size() + most - 1) / most;
  std::vector<cv::Point2d> kept;
  for (std::size_t from = 0; from < points.size(); from += stretch) {
    const std::size_t to = std::min(from + stretch, points.size());
    std::size_t low = to, high = to;
    for (std::size_t i = from; i < to; ++i) {
      if (!std::isfinite(points[i].y)) continue;
      if (low == to || points[i].y < points[low].y) low = i;
      if (high == to || points[i].y > points[high].y) high = i;
    }
    if (low == to) continue;
    kept.push_back(points[std::min(low, high)]);
    if (low != high) kept.push_back(points[std::max(low, high)]);
  }
  return kept;
}

/// A range around the values, `margin` of its length wider at both ends.
inline AxisRange range_of(const std::vector<double>& values, double margin) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) return {0, 1};
  const double room = high > low ? margin * (high - low) : .5 * std::max(1e-3, std::abs(high));
  return {low - room, high + room};
}

/// A curve of a diagram before its axes are known.
struct Series {
  LegendEntry entry;
  std::vector<cv::Point2d> points = {};
  double thickness = 1.6;
};

inline std::vector<LegendEntry> legend_of(const std::vector<Series>& all) {
  std::vector<LegendEntry> entries;
  for (const auto& series : all) entries.push_back(series.entry);
  return entries;
}

inline std::vector<double> ordinates(const std::vector<Series>& all, std::size_t from = 0) {
  std::vector<double> values;
  for (std::size_t i = from; i < all.size(); ++i)
    for (const auto& point : all[i].points) values.push_back(point.y);
  return values;
}

}  // namespace qcs::report
