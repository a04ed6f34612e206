// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <qcs/report/confusion_picture.hpp>
#include <qcs/report/loss_curve.hpp>
#include <qcs/report/metrics_json.hpp>
#include <qcs/report/step_csv.hpp>
#include <qcs/report/timing_json.hpp>
#include <qcs/train/events.hpp>

namespace qcs {

/// Everything a run leaves in its folder beside checkpoints: metrics.json, timing.json, steps.csv, curves.png
/// and confusion.png. An observer that stands for five.
class RunFiles {
 public:
  /// @param resume the folder holds the files of the same run up to an earlier epoch: go on with them. Files
  /// that are missing then start anew; of what they tell about steps and epochs that come again, the new is
  /// kept.
  explicit RunFiles(const std::filesystem::path& folder, bool resume = false)
      : metrics_(folder / "metrics.json", resume),
        timing_(folder / "timing.json"),
        steps_(folder / "steps.csv", resume),
        curve_(resume ? LossCurve(folder / "curves.png", folder / "steps.csv", folder / "metrics.json")
                      : LossCurve(folder / "curves.png")),
        confusion_(folder / "confusion.png") {}

  void on_run_begin(const RunInfo& info) {
    metrics_.on_run_begin(info);
    curve_.on_run_begin(info);
    confusion_.on_run_begin(info);
  }

  void on_step(const StepEvent& event) {
    timing_.on_step(event);
    steps_.on_step(event);
    curve_.on_step(event);
  }

  void on_epoch(const EpochEvent& event) {
    metrics_.on_epoch(event);
    timing_.on_epoch(event);
    curve_.on_epoch(event);
    confusion_.on_epoch(event);
  }

  void on_run_end(const RunSummary& summary) {
    metrics_.on_run_end(summary);
    timing_.on_run_end(summary);
    curve_.on_run_end(summary);
    confusion_.on_run_end(summary);
  }

 private:
  MetricsJson metrics_;
  TimingJson timing_;
  StepCsv steps_;
  LossCurve curve_;
  ConfusionPicture confusion_;
};

}  // namespace qcs
