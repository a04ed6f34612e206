// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/pace.hpp>
#include <qcs/train/events.hpp>
#include <utility>

namespace qcs {

/// Keeps what metrics.jsonl leaves out, the times of a run: `epochs`, each with its number (from 1), the seconds since
/// the run (or its resumption) began and the training images per second, all branches counted; and `seconds` of the
/// whole run, or of its last part, at its end. An observer.
class TimingJson {
 public:
  /// @param resume keeps the epochs that the file has of what lies behind, as far as it can be read
  explicit TimingJson(std::filesystem::path path, bool resume = false) : path_(std::move(path)), resume_(resume) {}

  void on_run_begin(const RunInfo& info) {
    if (!resume_) return;
    std::ifstream file(path_, std::ios::binary);
    const auto earlier = nlohmann::ordered_json::parse(file, nullptr, false);
    if (!earlier.is_object() || !earlier.contains("epochs")) return;
    for (const auto& epoch : earlier["epochs"]) {
      const bool known = epoch.is_object() && epoch.contains("epoch") && epoch["epoch"].is_number_integer();
      if (known && epoch["epoch"].get<int>() <= info.done_epochs) json_["epochs"].push_back(epoch);
    }
  }

  void on_step(const StepEvent& event) {
    if (event.epoch != epoch_) pace_.pause();
    epoch_ = event.epoch;
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
  void write() const {
    write_file(path_, json_.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n');
  }

  std::filesystem::path path_;
  bool resume_;
  int epoch_ = -1;
  Pace pace_;
  nlohmann::ordered_json json_ = {{"epochs", nlohmann::ordered_json::array()}};
};

}  // namespace qcs
