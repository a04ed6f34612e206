// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/text/say.hpp>
#include <qcs/experiment/run_options.hpp>
#include <qcs/report/compare/compare.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// A series of runs that differ in their seed.
struct RepeatOptions {
  int runs = 3;
  bool resume = false;              ///< leave finished runs as they are, go on with the interrupted one
  std::string stored_options = {};  ///< goes into the series' folder for whoever resumes, see kStoredOptions
};

namespace detail {

/// Whether a folder holds a run that reached its end with as many epochs as are asked for.
inline bool is_complete(const std::filesystem::path& folder, int epochs) {
  const auto metrics = folder / "metrics.jsonl";
  if (!std::filesystem::exists(metrics)) return false;
  const auto history = read_metrics(metrics);
  return history.summary && (history.info.epochs >= epochs || history.summary->end == RunEnd::kEarly);
}

}  // namespace detail

/// Calls `train(recipe, folder, resume)`, which returns a RunSummary, for `recipe.seed` and the seeds after it, each in
/// folder/seed-N, and compares the results in `folder`. Returns how the last run ended.
RunEnd repeat_runs(const std::filesystem::path& folder, const Recipe& recipe, const RepeatOptions& options,
                   auto&& train) {
  make_folder(folder);
  write_atomically(folder / kStoredOptions, [&](std::ofstream& out) { out << options.stored_options; });
  std::vector<std::filesystem::path> folders;
  for (int i = 0; i < options.runs; ++i) {
    Recipe one = recipe;
    one.seed = recipe.seed + static_cast<std::uint64_t>(i);
    const auto& own = folders.emplace_back(folder / fmt::format("seed-{}", one.seed));
    if (options.resume && detail::is_complete(own, recipe.epochs)) continue;
    const bool goes_on = options.resume && std::filesystem::exists(CheckpointFolder(own).last());
    say("run {} of {}, seed {}\n", i + 1, options.runs, one.seed);
    if (train(one, own, goes_on).end == RunEnd::kInterrupted) return RunEnd::kInterrupted;
  }
  std::vector<std::pair<std::string, RunHistory>> results;
  for (const auto& own : folders) results.emplace_back(own.string(), read_metrics(own / "metrics.jsonl"));
  const auto comparison = compare_runs(results);
  say("\n{}", comparison_text(comparison));
  write_comparison(folder, comparison);
  return RunEnd::kComplete;
}

}  // namespace qcs
