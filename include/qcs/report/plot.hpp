// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/report/canvas.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

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

/// A framed diagram in a part of a canvas: axes with ticks, curves, a legend.
class Plot {
 public:
  struct Axes {
    AxisRange x, y;
    std::string title, x_label, y_label;
    bool whole_x = true;
  };

  /// @param page outlives this object
  /// @param area the whole of the plot, labels and title included
  Plot(Canvas& page, cv::Rect2d area, Axes axes)
      : page_(page),
        axes_(std::move(axes)),
        inner_(area.x + 62, area.y + 36, area.width - 62 - 14, area.height - 36 - 54) {
    draw_axes();
  }

  /// Joins the points and, when they are few, marks them.
  void curve(const std::vector<cv::Point2d>& values, const cv::Scalar& ink, double thickness = 1.6) {
    std::vector<cv::Point2d> points;
    for (cv::Point2d value : values) {
      if (std::isfinite(value.y)) points.push_back(place(value));
    }
    if (points.size() > 1) page_.curve(points, ink, thickness);
    if (points.size() > kMarked) return;
    for (cv::Point2d point : points) page_.dot(point, 1.4 + thickness, ink);
  }

  /// Adds an entry to the legend, which runs along the top inside the frame or, when `low`, along its bottom.
  void legend(const std::vector<std::pair<std::string, cv::Scalar>>& entries, bool low = false) {
    double x = inner_.x + 12, y = low ? inner_.br().y - 16 : inner_.y + 16;
    for (const auto& [name, ink] : entries) {
      page_.line({x, y}, {x + 20, y}, ink, 2.5);
      page_.text(name, {x + 26, y}, kSmall);
      x += 26 + Canvas::text_width(name, kSmall) + 18;
    }
  }

 private:
  static constexpr double kSmall = 9;
  static constexpr std::size_t kMarked = 40;

  cv::Point2d place(cv::Point2d value) const {
    const double x = (value.x - axes_.x.low) / (axes_.x.high - axes_.x.low);
    const double y = (value.y - axes_.y.low) / (axes_.y.high - axes_.y.low);
    return {inner_.x + inner_.width * x, inner_.br().y - inner_.height * std::clamp(y, 0., 1.)};
  }

  void draw_axes() {
    const cv::Scalar grid = colour(0xE4E4E4), frame = colour(0x888888);
    for (double tick : nice_ticks(axes_.y, 6)) {
      const double y = place({axes_.x.low, tick}).y;
      page_.line({inner_.x, y}, {inner_.br().x, y}, grid);
      page_.text(fmt::format("{:.6g}", tick), {inner_.x - 8, y}, kSmall, colour(0x444444), Anchor::kRight);
    }
    for (double tick : nice_ticks(axes_.x, 6, axes_.whole_x)) {
      const double x = place({tick, axes_.y.low}).x;
      page_.line({x, inner_.y}, {x, inner_.br().y}, grid);
      page_.text(fmt::format("{:.6g}", tick), {x, inner_.br().y + 14}, kSmall, colour(0x444444),
                 Anchor::kCentre);
    }
    page_.frame(inner_, frame);
    page_.text(axes_.title, {inner_.x + inner_.width / 2, inner_.y - 16}, 11, colour(0x222222),
               Anchor::kCentre);
    page_.text(axes_.x_label, {inner_.x + inner_.width / 2, inner_.br().y + 37}, 10, colour(0x222222),
               Anchor::kCentre);
    page_.vertical_text(axes_.y_label, {inner_.x - 50, inner_.y + inner_.height / 2}, 10);
  }

  Canvas& page_;
  Axes axes_;
  cv::Rect2d inner_;
};

}  // namespace qcs
