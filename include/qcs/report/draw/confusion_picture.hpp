// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <opencv2/core.hpp>
#include <qcs/report/draw/canvas.hpp>
#include <qcs/report/history/run_history.hpp>
#include <qcs/report/history/run_result.hpp>
#include <qcs/report/table.hpp>
#include <string>
#include <vector>

namespace qcs::report {

/// A confusion matrix as a picture, BGR: every row shaded by its shares, cells with the share in % above the
/// count, class names on both axes, and above it the title and the overall rates.
inline cv::Mat draw_confusion(const ConfusionMatrix& confusion, const std::vector<std::string>& names,
                              const std::string& title) {
  constexpr double kCell = 88, kName = 11, kTop = 70;
  const int classes = confusion.classes();
  double longest = 0;
  for (int c = 0; c < classes; ++c) longest = std::max(longest, Canvas::text_width(class_name(names, c), kName));
  const bool upright = longest > kCell - 5;  // names too long to stand side by side
  const double left = 44 + longest, below = upright ? longest + 16 : 30, side = kCell * classes;
  const std::string rates = fmt::format("{}, {} images", accuracy_text(confusion), confusion.total());
  const double heading = std::max(Canvas::text_width(title, 13), Canvas::text_width(rates, 10)) + 24;
  const double width = std::max(left + side + 20, heading);
  Canvas page(cvRound(width), cvRound(kTop + side + below + 34));

  page.text(title, {width / 2, 22}, 13, hex_colour(0x222222), TextAlign::kCentre);
  page.text(rates, {width / 2, 47}, 10, hex_colour(0x222222), TextAlign::kCentre);
  page.vertical_text("true class", {16, kTop + side / 2}, 10);
  page.text("predicted class", {left + side / 2, kTop + side + below + 14}, 10, hex_colour(0x222222),
            TextAlign::kCentre);
  for (int t = 0; t < classes; ++t) {
    const double middle = kTop + kCell * (t + .5), along = left + kCell * (t + .5);
    page.text(class_name(names, t), {left - 10, middle}, kName, hex_colour(0x222222), TextAlign::kRight);
    if (upright) {
      page.vertical_text(class_name(names, t), {along, kTop + side + 10}, kName, hex_colour(0x222222),
                         TextAlign::kRight);
    } else {
      page.text(class_name(names, t), {along, kTop + side + 16}, kName, hex_colour(0x222222), TextAlign::kCentre);
    }
    const std::int64_t samples = confusion.samples(t);
    for (int p = 0; p < classes; ++p) {
      const std::int64_t count = confusion.at(t, p);
      const double share = samples == 0 ? 0 : static_cast<double>(count) / static_cast<double>(samples);
      const double x = left + kCell * p, y = kTop + kCell * t;
      page.fill({x, y, kCell, kCell}, hex_colour(0xFFFFFF) * (1 - share) + hex_colour(0x0B4A8F) * share);
      const cv::Scalar ink = share > .45  ? hex_colour(0xFFFFFF)
                             : count == 0 ? hex_colour(0xB0B0B0)
                                          : hex_colour(0x222222);
      page.text(fmt::format("{:.1f} %", 100 * share), {x + kCell / 2, y + kCell * .4}, 12, ink, TextAlign::kCentre);
      page.text(fmt::format("{}", count), {x + kCell / 2, y + kCell * .68}, 9, ink, TextAlign::kCentre);
    }
  }
  for (int c = 0; c <= classes; ++c) {
    page.line({left + kCell * c, kTop}, {left + kCell * c, kTop + side}, hex_colour(0xD0D0D0), .5);
    page.line({left, kTop + kCell * c}, {left + side, kTop + kCell * c}, hex_colour(0xD0D0D0), .5);
  }
  return page.picture();
}

/// The matrix that a run's result is made of: of the test split where it was evaluated, else of the best epoch so far.
/// Empty before the first evaluation.
inline cv::Mat draw_confusion(const RunHistory& history) {
  const RunInfo& info = history.info;
  const RunResult result = result_of(history);
  if (result.headline().classes() == 0) return {};
  return draw_confusion(
      result.headline(), info.class_names,
      fmt::format("{} on {}, {}{} epoch {}", info.model, info.dataset, result.test ? info.test.name + " split, " : "",
                  info.selection == Selection::kLast ? "last" : "best", result.epoch + 1));
}

}  // namespace qcs::report
