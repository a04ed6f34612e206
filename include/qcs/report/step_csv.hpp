// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <qcs/core/error.hpp>
#include <qcs/report/file.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// First line of a file of steps. Epochs and steps count from 1; the clock is last, so that all before it is
/// the same in every run of one seed.
inline constexpr const char* kStepColumns = "step,epoch,loss,base_loss,cross_loss,accuracy,seconds";

/// One line of a file of steps, without the newline.
inline std::string format_step(const StepEvent& event) {
  return fmt::format("{},{},{},{},{},{},{:.3f}", event.step, event.epoch + 1, event.loss, event.base_loss,
                     event.cross_loss, event.accuracy, event.seconds);
}

/// Reads back a file that StepCsv wrote; members that it does not hold stay 0. A last line cut short, as a
/// crash leaves it, is dropped. Throws DataError with file and line on anything else.
inline std::vector<StepEvent> read_steps(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(fmt::format("{}: cannot be read", path.string()));
  std::vector<StepEvent> steps;
  std::string line;
  for (int number = 1; std::getline(file, line) && !file.eof(); ++number) {
    if (number == 1 && line == kStepColumns) continue;
    const auto fail = [&] {
      throw DataError(
          fmt::format("{}:{}: expected `{}`, found `{}`", path.string(), number, kStepColumns, line));
    };
    std::vector<double> cells;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t comma = std::min(line.find(',', at), line.size());
      try {
        cells.push_back(std::stod(line.substr(at, comma - at)));
      } catch (const std::exception&) {
        fail();
      }
      at = comma + 1;
    }
    if (number == 1 || cells.size() != 7) fail();
    steps.push_back({.epoch = static_cast<int>(cells[1]) - 1,
                     .step = static_cast<std::int64_t>(cells[0]),
                     .loss = cells[2],
                     .accuracy = cells[5],
                     .base_loss = cells[3],
                     .cross_loss = cells[4],
                     .seconds = cells[6]});
  }
  return steps;
}

/// Writes every step of a run to a file of comma-separated values as it happens. An observer.
class StepCsv {
 public:
  /// @param append keeps the steps that the file has from before the first one seen here (a resumed run);
  /// otherwise the file starts anew.
  explicit StepCsv(std::filesystem::path path, bool append = false)
      : path_(std::move(path)), append_(append) {}

  void on_step(const StepEvent& event) {
    if (!file_.is_open()) open(event.step);
    file_ << format_step(event) << '\n' << std::flush;
    if (!file_) throw Error(fmt::format("cannot write {}", path_.string()));
  }

 private:
  void open(std::int64_t first_step) {
    std::string text = fmt::format("{}\n", kStepColumns);
    if (append_ && std::filesystem::exists(path_)) {
      for (const StepEvent& event : read_steps(path_)) {
        if (event.step < first_step) text += format_step(event) + '\n';
      }
    }
    write_file(path_, text);
    file_.open(path_, std::ios::binary | std::ios::app);
  }

  std::filesystem::path path_;
  bool append_;
  std::ofstream file_;
};

}  // namespace qcs
