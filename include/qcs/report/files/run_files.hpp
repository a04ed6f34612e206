// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/core/error.hpp>
#include <qcs/report/draw/confusion_picture.hpp>
#include <qcs/report/draw/gate_curve.hpp>
#include <qcs/report/draw/loss_curve.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/files/metrics_csv.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/files/step_csv.hpp>
#include <qcs/report/files/timing_json.hpp>
#include <qcs/report/history/run_history.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace qcs {

struct RunFilesOptions {
  /// The folder holds the files of the same run up to an earlier step: go on with them. Files that are missing start
  /// anew.
  bool resume = false;
  std::vector<std::string> eval_images =
      {};  ///< names in the order of the evaluation list; none: numbers stand for them
  std::vector<std::string> test_images = {};  ///< likewise of the test list
};

/// Everything a run leaves in its folder beside checkpoints. An observer.
///
/// steps.csv is written at every step; metrics.jsonl, metrics.csv, curves.png, gates.png (of a topology with gates),
/// confusion.png, timing.json and, of the best epoch, predictions.csv after every epoch; test_predictions.csv at the
/// end, where a test split was kept apart. All but timing.json are the same bytes for a run that was interrupted and
/// resumed as for one that was not.
class RunFiles {
 public:
  /// Throws DataError when a file of a run to resume cannot be gone on with.
  explicit RunFiles(std::filesystem::path folder, RunFilesOptions options = {})
      : folder_(std::move(folder)),
        options_(std::move(options)),
        timing_(folder_ / "timing.json", options_.resume),
        steps_(folder_ / "steps.csv", options_.resume) {
    if (!options_.resume) return;
    if (std::filesystem::exists(folder_ / "metrics.jsonl")) history_ = read_metrics(folder_ / "metrics.jsonl");
    if (std::filesystem::exists(folder_ / "steps.csv")) history_.steps = read_steps(folder_ / "steps.csv");
  }

  const RunHistory& history() const { return history_; }

  void on_run_begin(const RunInfo& info) {
    history_.on_run_begin(info);
    timing_.on_run_begin(info);
    steps_.on_run_begin(info);
    predictions_ = {};
    test_predictions_ = {};
    remove_void_files();
    write_numbers();
  }

  void on_step(const StepEvent& event) {
    history_.on_step(event);
    timing_.on_step(event);
    steps_.on_step(event);
  }

  void on_prediction(const PredictionEvent& event) {
    (event.of_test_split ? test_predictions_ : predictions_).on_prediction(event);
  }

  void on_epoch(const EpochEvent& event) {
    history_.on_epoch(event);
    timing_.on_epoch(event);
    const PredictionTable predictions = std::exchange(predictions_, {});
    if (event.best && !predictions.images.empty())
      write_predictions(folder_ / "predictions.csv", predictions, options_.eval_images, history_.info.class_names);
    write_numbers();
    write_pictures();
  }

  void on_run_end(const RunSummary& summary) {
    history_.on_run_end(summary);
    timing_.on_run_end(summary);
    if (summary.test && !test_predictions_.images.empty())
      write_predictions(folder_ / "test_predictions.csv", test_predictions_, options_.test_images,
                        history_.info.class_names);
    write_numbers();
    write_pictures();
  }

 private:
  void write_numbers() const {
    write_metrics(folder_ / "metrics.jsonl", history_);
    write_metrics_csv(folder_ / "metrics.csv", history_);
  }

  void write_pictures() const {
    write_png(folder_ / "curves.png", report::draw_curves(history_));
    if (const cv::Mat gates = report::draw_gates(history_); !gates.empty()) write_png(folder_ / "gates.png", gates);
    if (const cv::Mat result = report::draw_confusion(history_); !result.empty())
      write_png(folder_ / "confusion.png", result);
  }

  /// Removes what is of no epoch that lies behind, and would pass for the result until it is written again.
  void remove_void_files() const {
    std::vector<const char*> names = {"test_predictions.csv"};
    if (history_.epochs.empty()) names.insert(names.end(), {"curves.png", "gates.png", "confusion.png"});
    if (!predictions_of_best()) names.push_back("predictions.csv");
    std::error_code ignored;  // what cannot be removed cannot be written either, and says so then
    for (const char* name : names) std::filesystem::remove(folder_ / name, ignored);
  }

  /// Whether predictions.csv is of the best epoch that lies behind, and not of a later one that comes again.
  bool predictions_of_best() const try {
    const EpochEvent* best = history_.best();
    if (best == nullptr || best->confusion.classes() == 0) return false;
    ConfusionMatrix found(best->confusion.classes());
    for (const auto& prediction : read_predictions(folder_ / "predictions.csv"))
      found.add(static_cast<int>(prediction.label), static_cast<int>(prediction.predicted));
    return found == best->confusion;
  } catch (const DataError&) {
    return false;
  }

  std::filesystem::path folder_;
  RunFilesOptions options_;
  RunHistory history_;
  PredictionTable predictions_, test_predictions_;
  TimingJson timing_;
  StepCsv steps_;
};

}  // namespace qcs
