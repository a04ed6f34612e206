// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <qcs/report/file.hpp>
#include <qcs/report/pace.hpp>
#include <qcs/train/events.hpp>
#include <utility>

namespace qcs {

/// Keeps what MetricsJson leaves out, the times of a run: `epochs`, each with its number (from 1), the
/// seconds since the run (or its resumption) began and the training images per second, all branches counted;
/// and `seconds` of the whole run at its end. An observer.
class TimingJson {
 public:
  explicit TimingJson(std::filesystem::path path) : path_(std::move(path)) {}

  void on_step(const StepEvent& event) {
    if (event.batch == 0) pace_.pause();
    pace_.add(event.seconds, event.images);
  }

  void on_epoch(const EpochEvent& event) {
    json_["epochs"].push_back({{"epoch", event.epoch + 1},
                               {"seconds", event.seconds},
                               {"images_per_second", pace_.images_per_second()},
                               {"seconds_per_step", pace_.seconds_per_step()}});
    write();
  }

  void on_run_end(const RunSummary& summary) {
    json_["seconds"] = summary.seconds;
    write();
  }

 private:
  void write() const { write_file(path_, json_.dump(1) + '\n'); }

  std::filesystem::path path_;
  Pace pace_;
  nlohmann::ordered_json json_ = {{"epochs", nlohmann::ordered_json::array()}};
};

}  // namespace qcs
