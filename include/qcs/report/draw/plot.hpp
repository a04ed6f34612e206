// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/report/draw/canvas.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::report {

/// The values an axis shows, low < high.
struct AxisRange {
  double low = 0;
  double high = 1;
};

/// Multiples of 1, 2 or 5 times a power of ten inside a range, at most about `count` of them; whole numbers
/// only when `whole`.
inline std::vector<double> nice_ticks(AxisRange range, int count, bool whole = false) {
  const double rough = (range.high - range.low) / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double factor : {5., 2., 1.}) {
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  }
  if (whole) step = std::max(1., step);
  std::vector<double> ticks;
  const double first = std::ceil(range.low / step - 1e-9);
  for (double i = first; i * step <= range.high + 1e-9 * step; ++i) ticks.push_back(i * step + 0.);  // no -0
  return ticks;
}

/// How a legend shows what it names.
enum class Marker { kLine, kDashes, kRing };

/// A name in a legend.
struct LegendEntry {
  std::string name;
  cv::Scalar ink;
  Marker marker = Marker::kLine;
};

/// A framed diagram in a part of a canvas: title, legend, axes with ticks, curves.
class LinePlot {
 public:
  struct Axes {
    AxisRange x, y;
    std::string title, x_label, y_label;
    bool whole_x = true;
    std::vector<LegendEntry> legend = {};  ///< runs between title and frame, in as many rows as it needs
    int legend_rows = 0;                   ///< at least so many, to give diagrams side by side equal frames
  };

  /// @param page outlives this object
  /// @param area the whole of the plot, labels and title included
  LinePlot(Canvas& page, cv::Rect2d area, Axes axes)
      : page_(page), axes_(std::move(axes)), inner_(area.x + kLeft, area.y, area.width - kLeft - kRight, 0) {
    const int rows = std::max(axes_.legend_rows, legend_rows(axes_.legend, area.width));
    inner_.y = area.y + kTitle + kLegendRow * rows;
    inner_.height = area.br().y - kBelow - inner_.y;
    page_.text(axes_.title, {inner_.x + inner_.width / 2, area.y + 12}, 11.5, hex_colour(0x222222), TextAlign::kCentre);
    draw_axes();
    draw_legend(area.y + kTitle);
  }

  /// Rows that a legend takes in a plot `width` pixels wide.
  static int legend_rows(const std::vector<LegendEntry>& entries, double width) {
    return entries.empty() ? 0 : places(entries, width - kLeft - kRight).back().second + 1;
  }

  /// Joins the points and, when they are few, marks them. What is not finite is left out.
  void curve(const std::vector<cv::Point2d>& values, const cv::Scalar& ink, double thickness = 1.6,
             Marker marker = Marker::kLine) {
    std::vector<cv::Point2d> points;
    for (cv::Point2d value : values) {
      if (std::isfinite(value.y)) points.push_back(place(value));
    }
    if (points.size() > 1 && marker == Marker::kDashes) page_.dashes(points, ink, thickness);
    if (points.size() > 1 && marker == Marker::kLine) page_.curve(points, ink, thickness);
    if (points.size() > kMarked) return;
    for (cv::Point2d point : points) page_.dot(point, 1.4 + thickness, ink);
  }

  /// A line across the diagram at the height `y`.
  void level(double y) {
    const double height = place({axes_.x.low, y}).y;
    page_.line({inner_.x, height}, {inner_.br().x, height}, hex_colour(0x888888), 1.5);
  }

  /// Puts a ring around a point.
  void ring(cv::Point2d value, const cv::Scalar& ink) {
    if (std::isfinite(value.y)) page_.ring(place(value), kRing, ink, 2);
  }

  /// Writes `words` in the middle of an empty diagram.
  void note(const std::string& words) {
    page_.text(words, {inner_.x + inner_.width / 2, inner_.y + inner_.height / 2}, 11, hex_colour(0x888888),
               TextAlign::kCentre);
  }

 private:
  static constexpr double kSmall = 9.5, kRing = 7;
  static constexpr double kLeft = 66, kRight = 16, kTitle = 38, kBelow = 54, kLegendRow = 22;
  static constexpr std::size_t kMarked = 40;

  cv::Point2d place(cv::Point2d value) const {
    const double x = (value.x - axes_.x.low) / (axes_.x.high - axes_.x.low);
    const double y = (value.y - axes_.y.low) / (axes_.y.high - axes_.y.low);
    return {inner_.x + inner_.width * x, inner_.br().y - inner_.height * std::clamp(y, 0., 1.)};
  }

  /// Left end and row of every entry of a legend `width` pixels wide.
  static std::vector<std::pair<double, int>> places(const std::vector<LegendEntry>& entries, double width) {
    std::vector<std::pair<double, int>> found;
    double x = 0;
    int row = 0;
    for (const auto& entry : entries) {
      const double length = 36 + Canvas::text_width(entry.name, kSmall);
      if (x > 0 && x + length > width) {
        x = 0;
        ++row;
      }
      found.emplace_back(x, row);
      x += length + 18;
    }
    return found;
  }

  void draw_legend(double top) {
    const auto found = places(axes_.legend, inner_.width);
    for (std::size_t i = 0; i < found.size(); ++i) {
      const auto& [name, ink, marker] = axes_.legend[i];
      const double x = inner_.x + found[i].first, y = top + kLegendRow * found[i].second;
      if (marker == Marker::kLine) page_.line({x, y}, {x + 28, y}, ink, 2.5);
      if (marker == Marker::kDashes) page_.dashes({{x, y}, {x + 28, y}}, ink, 2.5);
      if (marker == Marker::kRing) page_.ring({x + 14, y}, kRing, ink, 2);
      page_.text(name, {x + 36, y}, kSmall);
    }
  }

  void draw_axes() {
    const cv::Scalar grid = hex_colour(0xE4E4E4), frame = hex_colour(0x888888);
    for (double tick : nice_ticks(axes_.y, 6)) {
      const double y = place({axes_.x.low, tick}).y;
      page_.line({inner_.x, y}, {inner_.br().x, y}, grid);
      page_.text(fmt::format("{:.6g}", tick), {inner_.x - 8, y}, kSmall, hex_colour(0x444444), TextAlign::kRight);
    }
    for (double tick : nice_ticks(axes_.x, 6, axes_.whole_x)) {
      const double x = place({tick, axes_.y.low}).x;
      page_.line({x, inner_.y}, {x, inner_.br().y}, grid);
      page_.text(fmt::format("{:.6g}", tick), {x, inner_.br().y + 14}, kSmall, hex_colour(0x444444),
                 TextAlign::kCentre);
    }
    page_.frame(inner_, frame);
    page_.text(axes_.x_label, {inner_.x + inner_.width / 2, inner_.br().y + 37}, 10, hex_colour(0x222222),
               TextAlign::kCentre);
    page_.vertical_text(axes_.y_label, {inner_.x - 54, inner_.y + inner_.height / 2}, 10);
  }

  Canvas& page_;
  Axes axes_;
  cv::Rect2d inner_;
};

}  // namespace qcs::report
