// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/files/run_files.hpp>
#include <qcs/report/page/report_images.hpp>
#include <qcs/report/page/report_page.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Images of a split, to show some of them.
struct SplitImages {
  std::vector<std::string> names = {};            ///< as in the files of predictions; none: numbers stand for them
  std::function<cv::Mat(std::size_t)> read = {};  ///< by position, see ReportImages
};

/// Keeps report.html in a run's folder up to date, after every epoch and at the end, from the files that stand beside
/// it. An observer, to be told after `files`.
class ReportFile {
 public:
  /// @param files outlives this object
  ReportFile(std::filesystem::path folder, const RunFiles& files, SplitImages eval, SplitImages test)
      : folder_(std::move(folder)), files_(files), eval_(std::move(eval)), test_(std::move(test)) {}

  void on_epoch(const EpochEvent&) const { write(); }
  void on_run_end(const RunSummary&) const { write(); }

 private:
  void write() const {
    const auto& summary = files_.history().summary;
    const bool tested = summary && summary->test;
    const auto& split = tested ? test_ : eval_;
    const auto predictions = folder_ / (tested ? "test_predictions.csv" : "predictions.csv");
    ReportImages images{.read = split.read};
    if (std::filesystem::exists(predictions))
      images.predictions = reported_predictions(read_predictions(predictions), split.names);
    write_report_page(folder_ / "report.html", files_.history(), images);
  }

  std::filesystem::path folder_;
  const RunFiles& files_;
  SplitImages eval_, test_;
};

}  // namespace qcs
