// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/io/table/csv_writer.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// First columns of a file of steps; base_ROLE and cross_ROLE follow for every role. Epochs and steps count from 1.
inline constexpr std::array<const char*, 7> kStepColumns = {"step",      "epoch",      "learning_rate", "loss",
                                                            "base_loss", "cross_loss", "accuracy"};

namespace detail {

inline std::string step_header(const std::vector<std::string>& roles) {
  std::string text = fmt::format("{}", fmt::join(kStepColumns, ","));
  for (const auto& role : roles) text += fmt::format(",{},{}", csv_cell("base_" + role), csv_cell("cross_" + role));
  return text + '\n';
}

inline std::string step_row(const StepEvent& event, std::size_t roles) {
  std::string text = fmt::format("{},{}", event.step, event.epoch + 1);
  for (const double value : {event.learning_rate, event.loss, event.base_loss, event.cross_loss, event.accuracy})
    text += ',' + csv_number(value);
  for (std::size_t r = 0; r < roles; ++r) {
    const bool known = r < event.roles.size();
    text +=
        known ? fmt::format(",{},{}", csv_number(event.roles[r].base), csv_number(event.roles[r].cross)) : ",nan,nan";
  }
  return text + '\n';
}

}  // namespace detail

/// Reads back a file that StepCsv wrote, columns in any order; members that it does not hold stay 0. A last line cut
/// short, as a crash leaves it, is dropped. Throws DataError with file and line on anything else.
inline std::vector<StepEvent> read_steps(const std::filesystem::path& path) {
  CsvReader reader(path);
  std::vector<StepEvent> steps;
  if (!reader.next() || !reader.whole()) return steps;
  const std::vector<std::string> header = reader.cells();
  const auto column = [&](const std::string& name) {
    const auto found = std::ranges::find(header, name);
    if (found == header.end()) reader.fail(fmt::format("no column `{}`", name));
    return static_cast<std::size_t>(found - header.begin());
  };
  std::array<std::size_t, kStepColumns.size()> fixed{};
  for (std::size_t i = 0; i < fixed.size(); ++i) fixed[i] = column(kStepColumns[i]);
  std::vector<std::pair<std::size_t, std::size_t>> roles;  // columns of base and cross
  for (std::size_t i = 0; i < header.size(); ++i)
    if (header[i].starts_with("base_") && i != fixed[4]) roles.emplace_back(i, column("cross_" + header[i].substr(5)));
  if (header.size() != fixed.size() + 2 * roles.size()) reader.fail("columns that a file of steps does not have");

  while (reader.next() && reader.whole()) {
    if (reader.cells().size() != header.size())
      reader.fail(fmt::format("expected {} cells, found {}", header.size(), reader.cells().size()));
    StepEvent event{.epoch = reader.number<int>(fixed[1]) - 1,
                    .step = reader.number<std::int64_t>(fixed[0]),
                    .learning_rate = reader.number<double>(fixed[2]),
                    .loss = reader.number<double>(fixed[3]),
                    .accuracy = reader.number<double>(fixed[6]),
                    .base_loss = reader.number<double>(fixed[4]),
                    .cross_loss = reader.number<double>(fixed[5])};
    for (const auto& [base, cross] : roles)
      event.roles.push_back({.base = reader.number<double>(base), .cross = reader.number<double>(cross)});
    if (!steps.empty() && event.step <= steps.back().step)
      reader.fail(fmt::format("step {} after step {}", event.step, steps.back().step));
    steps.push_back(std::move(event));
  }
  return steps;
}

/// Writes every step of a run to a file of comma-separated values as it happens. An observer. The file holds no times,
/// so runs of one seed on one machine write the same bytes.
class StepCsv {
 public:
  /// @param resume keeps the steps that the file has of what lies behind; otherwise the file starts anew.
  explicit StepCsv(std::filesystem::path path, bool resume = false) : path_(std::move(path)), resume_(resume) {}

  /// Throws Error naming a file that cannot be written, DataError one that cannot be gone on with.
  void on_run_begin(const RunInfo& info) {
    roles_ = info.role_names.size();
    std::string text = detail::step_header(info.role_names);
    if (resume_ && std::filesystem::exists(path_)) {
      for (const StepEvent& event : read_steps(path_))
        if (event.step <= info.done_steps) text += detail::step_row(event, roles_);
    }
    write_file(path_, text);
    file_ = std::ofstream(path_, std::ios::binary | std::ios::app);
    require_written(file_, path_);
  }

  /// Throws Error naming a file that cannot be written.
  void on_step(const StepEvent& event) {
    file_ << detail::step_row(event, roles_) << std::flush;
    require_written(file_, path_);
  }

 private:
  std::filesystem::path path_;
  bool resume_;
  std::size_t roles_ = 0;
  std::ofstream file_;
};

}  // namespace qcs
