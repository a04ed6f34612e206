// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <opencv2/core.hpp>
#include <qcs/report/draw/plot.hpp>
#include <qcs/report/draw/series.hpp>
#include <qcs/report/history/run_history.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::report {

namespace detail {

inline const cv::Scalar kRawInk = hex_colour(0xC9D8EA), kTrainInk = hex_colour(0x1F5FA8),
                        kBalancedInk = hex_colour(0x2E9E5B), kEvalInk = hex_colour(0xC0272D),
                        kBestInk = hex_colour(0x222222);

/// Of each role: its base losses and its cross losses.
inline const std::array<std::pair<cv::Scalar, cv::Scalar>, 4> kRoleInks = {
    {{hex_colour(0x1F5FA8), hex_colour(0x62B5E5)},
     {hex_colour(0xB8371B), hex_colour(0xF0923B)},
     {hex_colour(0x1B7F4B), hex_colour(0x7CC46E)},
     {hex_colour(0x6A3D9A), hex_colour(0xC08BD6)}}};

/// `value(step)` of all steps, smoothed unless `raw`.
inline std::vector<cv::Point2d> along_steps(const std::vector<StepEvent>& steps, auto value, bool raw = false) {
  std::vector<double> values;
  for (const auto& step : steps) values.push_back(value(step));
  if (!raw) values = smooth(values, static_cast<double>(steps.size()) / 40);
  std::vector<cv::Point2d> points;
  for (std::size_t i = 0; i < steps.size(); ++i) points.emplace_back(static_cast<double>(steps[i].step), values[i]);
  return points;
}

/// Training loss, raw and smoothed, and evaluation loss; the raw one comes first.
inline std::vector<Series> loss_series(const RunHistory& history) {
  const auto loss = [](const StepEvent& step) { return step.loss; };
  std::vector<Series> all;
  auto raw = along_steps(history.steps, loss, true), smoothed = along_steps(history.steps, loss);
  all.push_back({{"every step", kRawInk}, std::move(raw), 1});
  all.push_back({{"training", kTrainInk}, std::move(smoothed), 2});
  all.push_back({{"evaluation", kEvalInk}, {}, 2});
  for (const auto& epoch : history.epochs)
    all.back().points.emplace_back(static_cast<double>(epoch.step), epoch.eval_loss);
  return all;
}

/// Base and cross losses, smoothed, of every role.
inline std::vector<Series> role_series(const RunHistory& history) {
  std::vector<Series> all;
  const auto add = [&](const std::string& name, std::size_t role, auto base, auto cross) {
    const auto& inks = kRoleInks[role % kRoleInks.size()];
    auto of_base = along_steps(history.steps, base), of_cross = along_steps(history.steps, cross);
    all.push_back({{"base" + name, inks.first}, std::move(of_base), 1.8});
    all.push_back({{"cross" + name, inks.second, Marker::kDashes}, std::move(of_cross), 1.8});
  };
  const auto& names = history.info.role_names;
  for (std::size_t r = 0; r < names.size(); ++r) {
    const auto of_role = [r](auto member) {
      return [r, member](const StepEvent& step) {
        return r < step.roles.size() ? step.roles[r].*member : std::numeric_limits<double>::quiet_NaN();
      };
    };
    add(' ' + names[r], r, of_role(&RoleLoss::base), of_role(&RoleLoss::cross));
  }
  if (names.empty())
    add(
        "", 0, [](const StepEvent& s) { return s.base_loss; }, [](const StepEvent& s) { return s.cross_loss; });
  return all;
}

inline std::vector<Series> accuracy_series(const RunHistory& history) {
  std::vector<Series> all;
  all.push_back({{"training", kTrainInk}, {}, 2});
  all.push_back({{"evaluation", kEvalInk}, {}, 2});
  all.push_back({{"mean of classes", kBalancedInk}, {}, 1.6});
  for (const auto& epoch : history.epochs) {
    all[0].points.emplace_back(epoch.epoch + 1, 100 * epoch.train_accuracy);
    all[1].points.emplace_back(epoch.epoch + 1, 100 * epoch.accuracy);
    all[2].points.emplace_back(epoch.epoch + 1, 100 * epoch.confusion.mean_class_accuracy());
  }
  return all;
}

inline AxisRange step_range(const RunHistory& history) {
  double last = 1;
  if (!history.steps.empty()) last = static_cast<double>(history.steps.back().step);
  if (!history.epochs.empty()) last = std::max(last, static_cast<double>(history.epochs.back().step));
  return {0, 1.02 * last};
}

/// From 0 to a little above the curves. Of the raw losses one in a hundred may leave the frame, a wild batch must not
/// flatten the rest.
inline AxisRange loss_range(const std::vector<Series>& all, bool raw_first) {
  std::vector<double> shown = ordinates(all, raw_first ? 1 : 0), raw;
  if (raw_first)
    for (const auto& point : all.front().points)
      if (std::isfinite(point.y)) raw.push_back(point.y);
  if (!raw.empty()) {
    const auto rank = raw.begin() + static_cast<std::ptrdiff_t>(raw.size() * 99 / 100);
    std::ranges::nth_element(raw, rank);
    shown.push_back(*rank);
  }
  std::erase_if(shown, [](double value) { return !std::isfinite(value); });
  const double high = shown.empty() ? 0 : std::ranges::max(shown);
  return {0, high > 0 ? 1.06 * high : 1};
}

}  // namespace detail

/// Three diagrams side by side, 1560 x 520 BGR: the training loss against the step, raw and smoothed, with the
/// evaluation loss; the base and cross losses of every role; accuracies against the epoch, with a ring around the one
/// that the run's result is taken from.
inline cv::Mat draw_curves(const RunHistory& history) {
  using namespace detail;
  constexpr double kWidth = 516, kTop = 40, kHeight = 476;
  const RunInfo& info = history.info;
  auto losses = loss_series(history), roles = role_series(history), accuracies = accuracy_series(history);
  const AxisRange steps = step_range(history);
  LinePlot::Axes left{
      .x = steps, .y = loss_range(losses, true), .title = "loss", .x_label = "step", .y_label = "cross entropy"};
  LinePlot::Axes middle{.x = steps,
                        .y = loss_range(roles, false),
                        .title = "training loss by kind of logits, smoothed",
                        .x_label = "step",
                        .y_label = "cross entropy"};
  const auto last_epoch = history.epochs.empty() ? 1 : history.epochs.back().epoch + 1;
  AxisRange percent = range_of(ordinates(accuracies), .05);
  percent =
      history.epochs.empty() ? AxisRange{0, 100} : AxisRange{std::max(0., percent.low), std::min(101., percent.high)};
  LinePlot::Axes right{
      .x = {.5, last_epoch + .5}, .y = percent, .title = "accuracy", .x_label = "epoch", .y_label = "accuracy (%)"};
  left.legend = legend_of(losses);
  middle.legend = legend_of(roles);
  right.legend = legend_of(accuracies);
  const EpochEvent* best = history.best();
  if (best != nullptr)
    right.legend.push_back({fmt::format("{} epoch {}: {:.2f} %", info.selection == Selection::kLast ? "last" : "best",
                                        best->epoch + 1, 100 * best->accuracy),
                            kBestInk, Marker::kRing});
  int rows = 0;
  for (const auto* axes : {&left, &middle, &right}) rows = std::max(rows, LinePlot::legend_rows(axes->legend, kWidth));
  left.legend_rows = middle.legend_rows = right.legend_rows = rows;

  Canvas page(1560, 520);
  page.text(fmt::format("{} ({}) on {}", info.model, info.backbone, info.dataset), {page.width() / 2., 20}, 13,
            hex_colour(0x222222), TextAlign::kCentre);
  const auto draw = [&](double x, const LinePlot::Axes& axes, const std::vector<Series>& all) {
    LinePlot plot(page, {x, kTop, kWidth, kHeight}, axes);
    for (const auto& series : all)
      plot.curve(subsampled(series.points), series.entry.ink, series.thickness, series.entry.marker);
    return plot;
  };
  const auto loss_plot = draw(4, left, losses);
  const auto role_plot = draw(4 + kWidth, middle, roles);
  auto accuracy_plot = draw(4 + 2 * kWidth, right, accuracies);
  if (best != nullptr) accuracy_plot.ring({best->epoch + 1., 100 * best->accuracy}, kBestInk);
  if (history.epochs.empty()) accuracy_plot.note("no evaluation yet");
  return page.picture();
}

}  // namespace qcs::report
