// SPDX-License-Identifier: MIT
//
// Training runs side by side: one line for each, mean and standard deviation over those that differ only in their seed,
// the settings that tell the others apart, and their accuracies in one diagram.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/report/compare/compare.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "commands.hpp"

namespace fs = std::filesystem;

namespace {

/// N of a folder seed-N.
std::optional<std::uint64_t> seed_of(const fs::path& folder) {
  constexpr std::string_view kStart = "seed-";
  const std::string name = folder.filename().string();
  if (!name.starts_with(kStart)) return std::nullopt;
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(name.data() + kStart.size(), name.data() + name.size(), seed);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return seed;
}

/// A run's folder itself, or the folders of all runs that it holds, by seed. Throws DataError where there are none.
std::vector<fs::path> runs_in(const fs::path& folder) {
  const auto is_run = [](const fs::path& path) { return fs::exists(path / "metrics.jsonl"); };
  if (is_run(folder)) return {folder};
  std::vector<std::pair<std::uint64_t, fs::path>> seeds;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (const auto seed = seed_of(entry.path()); seed && is_run(entry.path())) seeds.emplace_back(*seed, entry.path());
  if (error) throw qcs::DataError(fmt::format("{}: {}", folder.string(), error.message()));
  if (seeds.empty())
    throw qcs::DataError(fmt::format("{}: neither metrics.jsonl nor runs seed-N are there", folder.string()));
  std::ranges::sort(seeds);
  std::vector<fs::path> runs;
  for (auto& [seed, path] : seeds) runs.push_back(std::move(path));
  return runs;
}

/// Throws DataError that names every run that cannot be read.
std::vector<std::pair<std::string, qcs::RunHistory>> read_runs(const std::vector<fs::path>& folders) {
  std::vector<std::pair<std::string, qcs::RunHistory>> runs;
  std::vector<fs::path> seen;
  std::string faults;
  const auto collect = [&](auto&& read) {
    try {
      read();
    } catch (const qcs::Error& fault) {
      faults += fmt::format("\n  {}", fault.what());
    }
  };
  for (const auto& folder : folders)
    collect([&] {
      for (const auto& run : runs_in(folder)) {
        if (std::ranges::find(seen, fs::canonical(run)) != seen.end()) continue;
        seen.push_back(fs::canonical(run));
        collect([&] { runs.emplace_back(run.string(), qcs::read_metrics(run / "metrics.jsonl")); });
      }
    });
  if (!faults.empty()) throw qcs::DataError("these runs cannot be read:" + faults);
  return runs;
}

int run_compare(int argc, char** argv) {
  std::vector<fs::path> folders;
  fs::path out;
  qcs::program::OptionTable options("compare RUN... [options], puts training runs side by side");
  options.positional_list("run", folders, "folders of runs, or of runs seed-0, seed-1, ...");
  options.path("out", out, "folder for compare.json and compare.png (default: they are not written)");
  if (!options.parse(argc, argv)) return 0;
  options.assign();
  const auto comparison = qcs::compare_runs(read_runs(folders));
  fmt::print("{}", qcs::comparison_text(comparison));
  if (!out.empty()) qcs::write_comparison(out, comparison);
  return 0;
}

}  // namespace

int qcs::commands::compare(int argc, char** argv) {
  return qcs::program::run_program([&] { return ::run_compare(argc, argv); });
}
