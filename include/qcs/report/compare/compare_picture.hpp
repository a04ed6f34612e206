// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <opencv2/core.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/report/draw/canvas.hpp>
#include <qcs/report/draw/plot.hpp>
#include <qcs/report/draw/series.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// What tells a group from the others, short enough for a legend: "2: DCS (small), learning rate 1e-05".
inline std::string group_name(const Comparison& comparison, std::size_t group) {
  constexpr std::size_t kShown = 3;
  std::string name = fmt::format("{}:", group + 1);
  if (comparison.groups.size() == 1) {
    const RunInfo& info = comparison.runs.at(comparison.groups[0].runs.front()).info;
    return name + fmt::format(" {} ({}) on {}", info.model, info.backbone, info.dataset);
  }
  for (std::size_t i = 0; i < std::min(kShown, comparison.differences.size()); ++i) {
    const auto& [setting, values] = comparison.differences[i];
    if (i > 0) name += ',';
    if (setting != "model" && setting != "data set") name += ' ' + setting;
    name += ' ' + values[group].value_or("-");
  }
  return comparison.differences.size() > kShown ? name + ", ..." : name;
}

}  // namespace detail

/// Accuracy against the epoch of all runs, 960 x 620 BGR, in one colour a group (they repeat after ten groups), with a
/// ring around the epoch that a run's result is taken from; runs that are not finished are broken lines.
inline cv::Mat draw_comparison(const Comparison& comparison) {
  const std::array<cv::Scalar, 10> inks = {report::hex_colour(0x1F5FA8), report::hex_colour(0xC0272D),
                                           report::hex_colour(0x2E9E5B), report::hex_colour(0xE08A1E),
                                           report::hex_colour(0x6A3D9A), report::hex_colour(0x17A2B0),
                                           report::hex_colour(0xC2569B), report::hex_colour(0x8A5A2B),
                                           report::hex_colour(0x666666), report::hex_colour(0x8FA51E)};
  std::vector<report::Series> curves;
  double last = 1;
  bool unfinished = false;
  for (std::size_t r = 0; r < comparison.runs.size(); ++r) {
    const auto& run = comparison.runs[r];
    const bool finished = run.result.finished;
    report::Series series{{run.name, inks[comparison.group_of(r) % inks.size()],
                           finished ? report::Marker::kLine : report::Marker::kDashes}};
    for (const auto& [epoch, accuracy] : run.accuracies) series.points.emplace_back(epoch + 1, 100 * accuracy);
    if (!series.points.empty()) last = std::max(last, series.points.back().x);
    unfinished = unfinished || !finished;
    curves.push_back(std::move(series));
  }
  report::AxisRange percent = report::range_of(report::ordinates(curves), .05);
  const bool empty = std::ranges::all_of(curves, [](const auto& curve) { return curve.points.empty(); });
  percent =
      empty ? report::AxisRange{0, 100} : report::AxisRange{std::max(0., percent.low), std::min(101., percent.high)};
  report::LinePlot::Axes axes{.x = {.5, last + .5},
                              .y = percent,
                              .title = "accuracy of the evaluation after every epoch",
                              .x_label = "epoch",
                              .y_label = "accuracy (%)"};
  for (std::size_t g = 0; g < comparison.groups.size(); ++g) {
    const auto runs = comparison.groups[g].runs.size();
    const std::string name = detail::group_name(comparison, g);
    axes.legend.push_back({runs == 1 ? name : fmt::format("{} ({} runs)", name, runs), inks[g % inks.size()]});
  }
  if (unfinished) axes.legend.push_back({"not finished", report::hex_colour(0x888888), report::Marker::kDashes});

  report::Canvas page(960, 620);
  report::LinePlot plot(page, {4, 10, 948, 604}, std::move(axes));
  for (const auto& [entry, points, thickness] : curves)
    plot.curve(report::subsampled(points), entry.ink, thickness, entry.marker);
  for (std::size_t r = 0; r < curves.size(); ++r) {
    const int best = comparison.runs[r].result.epoch + 1;
    const auto at = std::ranges::find(curves[r].points, static_cast<double>(best), &cv::Point2d::x);
    if (at != curves[r].points.end()) plot.ring(*at, curves[r].entry.ink);
  }
  if (empty) plot.note("no evaluation yet");
  return page.picture();
}

}  // namespace qcs
