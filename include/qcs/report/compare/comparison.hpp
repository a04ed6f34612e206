// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <qcs/report/history/run_history.hpp>
#include <qcs/report/history/run_result.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// A run among those compared.
struct ComparedRun {
  std::string name = {};
  RunInfo info = {};
  RunResult result = {};
  std::vector<std::pair<int, double>> accuracies = {};  ///< of every evaluated epoch: its number from 0, its accuracy
  int done_epochs = 0;
};

/// A rate over the finished runs of a group; not a number where there are too few of them.
struct Spread {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double deviation = std::numeric_limits<double>::quiet_NaN();  ///< standard deviation of a sample (n - 1)
  double best = std::numeric_limits<double>::quiet_NaN();
};

/// Runs that differ in nothing but their seed.
struct RunGroup {
  std::vector<std::size_t> runs = {};  ///< positions in Comparison::runs
  std::size_t finished = 0;            ///< how many of them the rates are made of: one for each seed
  std::size_t repeated = 0;     ///< finished runs of a seed that another one has; they are no samples of their own
  bool repeats_differ = false;  ///< one of them has another result than the first of its seed
  bool tested = false;          ///< the rates are those of the test split
  std::string split = {};       ///< its name
  Spread accuracy = {}, mean_class_accuracy = {}, macro_f1 = {};
};

/// A setting that is not the same in all groups.
struct SettingDifference {
  std::string name = {};
  std::vector<std::optional<std::string>> values = {};  ///< one for each group; none where it has no such setting
};

struct Comparison {
  std::vector<ComparedRun> runs = {};
  std::vector<RunGroup> groups = {};  ///< in the order of their first runs
  std::vector<SettingDifference> differences = {};

  /// The group of the run at a position, from 0.
  std::size_t group_of(std::size_t run) const {
    const auto holds = [run](const RunGroup& group) { return std::ranges::find(group.runs, run) != group.runs.end(); };
    return static_cast<std::size_t>(std::ranges::find_if(groups, holds) - groups.begin());
  }
};

namespace detail {

/// Everything that must be equal in two runs for their results to be samples of one.
inline NamedValues group_settings(const RunInfo& info) {
  NamedValues settings{{"model", fmt::format("{} ({})", info.model, info.backbone)},
                       {"data set", info.dataset},
                       {"result from", std::string(name_of(info.selection))},
                       {"evaluated on", info.eval.name}};
  if (!info.test.name.empty()) settings.emplace_back("tested on", info.test.name);
  if (!info.train.class_counts.empty())
    settings.emplace_back("training images", fmt::format("{}", fmt::join(info.train.class_counts, "/")));
  settings.insert(settings.end(), info.recipe.begin(), info.recipe.end());
  return settings;
}

inline Spread spread_of(const std::vector<double>& values) {
  Spread found;
  if (values.empty()) return found;
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  found.mean = sum / count;
  found.best = std::ranges::max(values);
  for (const double value : values) squares += (value - found.mean) * (value - found.mean);
  if (values.size() > 1) found.deviation = std::sqrt(squares / (count - 1));
  return found;
}

/// The finished runs of a group, the first of each seed: a run is a pure function of its settings and its seed, so a
/// second one of a seed is no second sample.
inline std::vector<const ComparedRun*> samples_of(RunGroup& group, const std::vector<ComparedRun>& runs) {
  std::vector<const ComparedRun*> samples;
  for (const auto number : group.runs) {
    const auto& run = runs[number];
    if (!run.result.finished || run.result.headline().classes() == 0) continue;
    const auto of_seed =
        std::ranges::find_if(samples, [&](const auto* other) { return other->info.seed == run.info.seed; });
    if (of_seed == samples.end()) {
      samples.push_back(&run);
      continue;
    }
    ++group.repeated;
    if (!((*of_seed)->result.headline() == run.result.headline())) group.repeats_differ = true;
  }
  return samples;
}

/// Fills in what a group's runs have come to.
inline void summarise(RunGroup& group, const std::vector<ComparedRun>& runs) {
  const auto finished = samples_of(group, runs);
  group.finished = finished.size();
  group.tested = !finished.empty() && std::ranges::all_of(finished, [](auto* r) { return r->result.test.has_value(); });
  const RunInfo& info = runs[group.runs.front()].info;
  group.split = group.tested ? info.test.name : info.eval.name;
  const auto over_runs = [&](auto rate) {
    std::vector<double> values;
    for (const auto* run : finished)
      values.push_back(((group.tested ? *run->result.test : run->result.evaluated).*rate)());
    return spread_of(values);
  };
  group.accuracy = over_runs(&ConfusionMatrix::accuracy);
  group.mean_class_accuracy = over_runs(&ConfusionMatrix::mean_class_accuracy);
  group.macro_f1 = over_runs(&ConfusionMatrix::macro_f1);
}

/// Settings whose values differ between the groups, in the order in which they come up.
inline std::vector<SettingDifference> setting_differences(const std::vector<NamedValues>& groups) {
  std::vector<SettingDifference> all;
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (const auto& [name, value] : groups[g]) {
      auto found = std::ranges::find(all, name, &SettingDifference::name);
      if (found == all.end()) found = all.insert(found, {name, std::vector<std::optional<std::string>>(groups.size())});
      found->values[g] = value;
    }
  std::erase_if(all, [](const SettingDifference& setting) {
    return std::ranges::all_of(setting.values, [&](const auto& value) { return value == setting.values.front(); });
  });
  return all;
}

}  // namespace detail

/// Groups named runs by everything but their seed and sums the groups up. Unfinished runs are listed, but are in no
/// mean.
inline Comparison compare_runs(const std::vector<std::pair<std::string, RunHistory>>& runs) {
  Comparison comparison;
  std::vector<NamedValues> settings;
  for (const auto& [name, history] : runs) {
    auto& run =
        comparison.runs.emplace_back(ComparedRun{.name = name, .info = history.info, .result = result_of(history)});
    for (const auto& epoch : history.epochs) run.accuracies.emplace_back(epoch.epoch, epoch.accuracy);
    if (!history.epochs.empty()) run.done_epochs = history.epochs.back().epoch + 1;
    const auto own = detail::group_settings(history.info);
    const auto group = static_cast<std::size_t>(std::ranges::find(settings, own) - settings.begin());
    if (group == settings.size()) {
      settings.push_back(own);
      comparison.groups.emplace_back();
    }
    comparison.groups[group].runs.push_back(comparison.runs.size() - 1);
  }
  for (auto& group : comparison.groups) detail::summarise(group, comparison.runs);
  comparison.differences = detail::setting_differences(settings);
  return comparison;
}

}  // namespace qcs
