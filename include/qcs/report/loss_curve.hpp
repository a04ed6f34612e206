// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <limits>
#include <opencv2/core.hpp>
#include <qcs/report/file.hpp>
#include <qcs/report/metrics_json.hpp>
#include <qcs/report/plot.hpp>
#include <qcs/report/step_csv.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Two diagrams side by side, 1200 x 460 BGR. Left: the training loss against the step, raw and smoothed, its
/// base and cross parts smoothed, and the evaluation loss. Right: training and evaluation accuracy against
/// the epoch.
inline cv::Mat draw_curves(const std::string& title, const std::vector<StepEvent>& steps,
                           const std::vector<EpochEvent>& epochs);

/// Keeps a picture of draw_curves() up to date, after every epoch and at the end. An observer.
class LossCurve {
 public:
  explicit LossCurve(std::filesystem::path path) : path_(std::move(path)) {}

  /// For a resumed run: starts with the steps and epochs of the files that StepCsv and MetricsJson wrote, as
  /// far as these exist. Those from the first new step or epoch on are dropped.
  LossCurve(std::filesystem::path path, const std::filesystem::path& steps_csv,
            const std::filesystem::path& metrics_json)
      : path_(std::move(path)) {
    if (std::filesystem::exists(steps_csv)) steps_ = read_steps(steps_csv);
    if (std::filesystem::exists(metrics_json)) epochs_ = read_epochs(metrics_json);
  }

  void on_run_begin(const RunInfo& info) {
    title_ = fmt::format("{} ({}) on {}", info.model, info.backbone, info.dataset);
  }

  void on_step(const StepEvent& event) {
    while (!steps_.empty() && steps_.back().step >= event.step) steps_.pop_back();
    steps_.push_back(event);
  }

  void on_epoch(const EpochEvent& event) {
    while (!epochs_.empty() && epochs_.back().epoch >= event.epoch) epochs_.pop_back();
    epochs_.push_back(event);
    write();
  }

  void on_run_end(const RunSummary&) { write(); }

 private:
  void write() const { write_png(path_, draw_curves(title_, steps_, epochs_)); }

  std::filesystem::path path_;
  std::string title_;
  std::vector<StepEvent> steps_;
  std::vector<EpochEvent> epochs_;
};

namespace detail {

inline const cv::Scalar kRawInk = colour(0xC9D8EA), kTotalInk = colour(0x1F5FA8), kBaseInk = colour(0x2E9E5B),
                        kCrossInk = colour(0xE08214), kEvalInk = colour(0xC0272D);

/// Exponentially weighted mean over about `span` values, free of bias towards 0 at its start.
inline std::vector<double> smooth(const std::vector<double>& values, double span) {
  const double keep = 1 - 1 / std::max(1., span);
  std::vector<double> means;
  means.reserve(values.size());
  double sum = 0, weight = 0;
  for (double value : values) {
    sum = keep * sum + value;
    weight = keep * weight + 1;
    means.push_back(sum / weight);
  }
  return means;
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

inline void draw_losses(Canvas& page, cv::Rect2d area, const std::vector<StepEvent>& steps,
                        const std::vector<EpochEvent>& epochs) {
  std::vector<double> at, raw, base, cross, eval_at, eval;
  for (const StepEvent& step : steps) {
    at.push_back(static_cast<double>(step.step));
    raw.push_back(step.loss);
    base.push_back(step.base_loss);
    cross.push_back(step.cross_loss);
  }
  for (const EpochEvent& epoch : epochs) {
    eval_at.push_back(static_cast<double>(epoch.step));
    eval.push_back(epoch.eval_loss);
  }
  const double span = static_cast<double>(steps.size()) / 40;
  const std::vector<double> total = smooth(raw, span);
  base = smooth(base, span);
  cross = smooth(cross, span);

  // Single wild batches may leave the frame, the curves that are read may not.
  std::vector<double> shown = total, sorted, positions = at;
  for (const auto* values : {&base, &cross, &eval}) shown.insert(shown.end(), values->begin(), values->end());
  std::copy_if(raw.begin(), raw.end(), std::back_inserter(sorted),
               [](double loss) { return std::isfinite(loss); });
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty()) shown.push_back(sorted[sorted.size() * 99 / 100]);
  positions.insert(positions.end(), eval_at.begin(), eval_at.end());
  AxisRange y = range_of(shown, .05);
  y = {0, 1.18 * y.high};
  Plot plot(page, area,
            {.x = range_of(positions, .03),
             .y = y,
             .title = "loss",
             .x_label = "step",
             .y_label = "cross entropy"});
  const auto points = [](const std::vector<double>& xs, const std::vector<double>& ys) {
    std::vector<cv::Point2d> joined;
    for (std::size_t i = 0; i < xs.size(); ++i) joined.emplace_back(xs[i], ys[i]);
    return joined;
  };
  plot.curve(points(at, raw), kRawInk, .8);
  plot.curve(points(at, base), kBaseInk);
  plot.curve(points(at, cross), kCrossInk);
  plot.curve(points(at, total), kTotalInk, 2);
  plot.curve(points(eval_at, eval), kEvalInk, 2);
  plot.legend({{"batch", kRawInk},
               {"train", kTotalInk},
               {"base", kBaseInk},
               {"cross", kCrossInk},
               {"evaluation", kEvalInk}});
}

inline void draw_accuracies(Canvas& page, cv::Rect2d area, const std::vector<EpochEvent>& epochs) {
  std::vector<cv::Point2d> train, eval, balanced;
  std::vector<double> at, values;
  for (const EpochEvent& epoch : epochs) {
    at.push_back(epoch.epoch + 1);
    train.emplace_back(at.back(), 100 * epoch.train_accuracy);
    eval.emplace_back(at.back(), 100 * epoch.accuracy);
    balanced.emplace_back(at.back(), 100 * epoch.confusion.mean_class_accuracy());
    for (const auto* line : {&train, &eval, &balanced}) values.push_back(line->back().y);
  }
  AxisRange y = range_of(values, .05);
  y = {std::max(0., y.low - .2 * (y.high - y.low)), std::min(100., y.high)};  // room for the legend below
  Plot plot(
      page, area,
      {.x = range_of(at, .03), .y = y, .title = "accuracy", .x_label = "epoch", .y_label = "accuracy (%)"});
  plot.curve(train, kTotalInk, 2);
  plot.curve(balanced, kBaseInk);
  plot.curve(eval, kEvalInk, 2);
  plot.legend({{"train", kTotalInk}, {"evaluation", kEvalInk}, {"evaluation, mean of classes", kBaseInk}},
              true);
}

}  // namespace detail

inline cv::Mat draw_curves(const std::string& title, const std::vector<StepEvent>& steps,
                           const std::vector<EpochEvent>& epochs) {
  Canvas page(1200, 460);
  page.text(title, {600, 20}, 13, colour(0x222222), Anchor::kCentre);
  detail::draw_losses(page, {4, 34, 640, 422}, steps, epochs);
  detail::draw_accuracies(page, {650, 34, 546, 422}, epochs);
  return page.picture();
}

}  // namespace qcs
