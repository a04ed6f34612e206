// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/report/compare/compare.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::program {

namespace detail {

/// Whether a folder holds a run that reached its end with as many epochs as are asked for.
inline bool is_complete(const std::filesystem::path& folder, int epochs) {
  const auto metrics = folder / "metrics.jsonl";
  if (!std::filesystem::exists(metrics)) return false;
  const auto history = read_metrics(metrics);
  return history.summary && (history.info.epochs >= epochs || history.summary->end == RunEnd::kEarly);
}

}  // namespace detail

/// Calls `train(run)` once, or `run.repeat` times for as many seeds with a folder each and then compares the results.
/// When such a series is resumed, finished runs are left as they are, the interrupted one goes on, and the others
/// start. Returns how the last run ended.
RunEnd repeat_runs(const RunOptions& run, auto&& train) {
  if (run.repeat == 1) return train(run).end;
  make_folder(run.out);
  write_atomically(run.out / kStoredOptions, [&](std::ofstream& out) {
    out << run.stored_options << option_line("seed", run.seed) << option_line("repeat", run.repeat);
  });
  std::vector<std::filesystem::path> folders;
  for (int i = 0; i < run.repeat; ++i) {
    RunOptions one = run;
    one.seed = run.seed + static_cast<std::uint64_t>(i);
    one.out = run.out / fmt::format("seed-{}", one.seed);
    folders.push_back(one.out);
    one.resume.clear();
    if (!run.resume.empty()) {
      if (detail::is_complete(one.out, run.recipe.epochs)) continue;
      if (std::filesystem::exists(CheckpointFolder(one.out).last())) one.resume = one.out;
    }
    say("run {} of {}, seed {}\n", i + 1, run.repeat, one.seed);
    if (train(one).end == RunEnd::kInterrupted) return RunEnd::kInterrupted;
  }
  std::vector<std::pair<std::string, RunHistory>> results;
  for (const auto& folder : folders) results.emplace_back(folder.string(), read_metrics(folder / "metrics.jsonl"));
  const auto comparison = compare_runs(results);
  say("\n{}", comparison_text(comparison));
  write_comparison(run.out, comparison);
  return RunEnd::kComplete;
}

}  // namespace qcs::program
