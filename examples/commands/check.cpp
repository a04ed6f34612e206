// SPDX-License-Identifier: MIT
//
// Checks image lists before training does: every fault with file and line, images of each class, and with --open
// whether every image can be read. Status 0 without a fault, 1 with any, 2 for a wrong command line.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <qcs/core/label_space.hpp>
#include <qcs/data/list/class_names.hpp>
#include <qcs/experiment/list_labels.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/prepare/check.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/console/count_progress.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"

namespace {

using qcs::program::UsageError;

qcs::Labels labels_of(std::string dataset) {
  std::ranges::replace(dataset, '_', '-');
  if (dataset == "raf-db") return qcs::Labels::of<qcs::RafDbLabels>();
  if (dataset == "ferplus") return qcs::Labels::of<qcs::FerPlusLabels>();
  if (dataset == "affectnet7") return qcs::Labels::of<qcs::AffectNet7Labels>();
  if (dataset == "affectnet8") return qcs::Labels::of<qcs::AffectNet8Labels>();
  throw UsageError(fmt::format("unknown data set `{}`, expected raf-db, ferplus, affectnet7 or affectnet8", dataset));
}

/// A fault as one line that cannot steer a terminal, whatever bytes the list has.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  constexpr std::size_t kLongest = 400;
  return text.size() > kLongest ? text.substr(0, kLongest) + "..." : text;
}

void print_lines(const std::vector<qcs::ListFault>& lines, std::size_t most, std::string_view before) {
  const std::size_t shown = std::min(most, lines.size());
  for (std::size_t i = 0; i < shown; ++i) fmt::print("{}{}\n", before, printable(lines[i].text()));
  if (shown < lines.size()) fmt::print("{}and {} more\n", before, lines.size() - shown);
}

/// What the lists' labels mean: `classes` is a number or a file of names, or empty like `dataset`.
qcs::ListLabels labels_for(const qcs::CheckOptions& settings, const std::string& classes, const std::string& dataset) {
  std::vector<std::filesystem::path> lists{settings.train};
  if (!settings.test.empty()) lists.push_back(settings.test);
  const auto count = qcs::parse_number<int>(classes);
  if (count && *count < 1) throw UsageError(fmt::format("--classes must be at least 1, not {}", classes));
  if (count && !dataset.empty()) throw UsageError("give either --classes N or --dataset (see --help)");
  const std::filesystem::path given = count ? "" : classes;
  if (!dataset.empty()) return qcs::labels_of_lists(lists, given, labels_of(dataset));
  if (count) return qcs::labels_of_lists(lists, given, qcs::Labels::numbered(*count));
  const auto files = given.empty() ? qcs::class_name_files(lists) : std::vector{given};
  if (files.empty())
    throw UsageError("there are no class names beside the lists: give --classes or --dataset (see --help)");
  const auto names = qcs::read_class_names(files.front());
  return qcs::labels_of_lists(lists, given, qcs::Labels::numbered(static_cast<std::int64_t>(names.size())));
}

void print_counts(const qcs::CheckReport& report, const qcs::Labels& labels) {
  std::size_t width = 5;
  for (const auto& name : labels.classes) width = std::max(width, name.size());
  fmt::print("{:<{}}     train{}\n", "class", width, report.lists.size() > 1 ? "      test" : "");
  for (std::size_t c = 0; c < labels.classes.size(); ++c) {
    fmt::print("{:<{}}", labels.classes[c], width);
    for (const auto& list : report.lists) fmt::print("  {:8}", list.per_class[c]);
    fmt::print("\n");
  }
  fmt::print("{:<{}}", "all", width);
  for (const auto& list : report.lists) fmt::print("  {:8}", list.images);
  fmt::print("\n");
}

void print_sizes(const qcs::CheckReport& report) {
  if (report.sizes.empty()) return;
  int low_width = report.sizes.begin()->first.first, high_width = 0, low_height = report.sizes.begin()->first.second,
      high_height = 0;
  auto commonest = report.sizes.begin();
  for (auto size = report.sizes.begin(); size != report.sizes.end(); ++size) {
    low_width = std::min(low_width, size->first.first);
    high_width = std::max(high_width, size->first.first);
    low_height = std::min(low_height, size->first.second);
    high_height = std::max(high_height, size->first.second);
    if (size->second > commonest->second) commonest = size;
  }
  fmt::print("image sizes: {}, width {}..{}, height {}..{}; most often {}x{}, {} times\n", report.sizes.size(),
             low_width, high_width, low_height, high_height, commonest->first.first, commonest->first.second,
             commonest->second);
}

int run_check(int argc, char** argv) {
  qcs::CheckOptions settings;
  settings.threads = qcs::program::cores();
  std::string dataset, classes;
  std::size_t most = 100;
  qcs::program::OptionTable options(
      "check --train LIST [--test LIST] --image-root FOLDER [--classes N|FILE] [--dataset NAME] [options]");
  options.path("train", settings.train, "training list");
  options.path("test", settings.test, "test list");
  options.path("image-root", settings.images, "folder that the lists' names are relative to");
  options.text(
      "classes", classes,
      "number of classes, or a file of their names (default: NAME_classes.txt or classes.txt beside the lists)");
  options.text("dataset", dataset, "raf-db, ferplus, affectnet7 or affectnet8, instead of --classes N");
  options.flag("open", settings.open, "read every image");
  options.number<int>("threads,j", settings.threads, qcs::at_least(1), "threads that read images (default: all)");
  options.number<std::size_t>("max-faults", most, qcs::at_least(0), "print so many faults (default 100)");
  if (!options.parse(argc, argv)) return 0;
  options.require({"train", "image-root"});
  options.assign();
  const auto labels = labels_for(settings, classes, dataset);
  for (const auto& note : labels.notes) fmt::print("note: {}\n", printable(note));
  settings.labels = labels.labels;

  const qcs::QuietDecoders quiet;
  settings.progress = qcs::CountProgress("opening");
  const auto start = std::chrono::steady_clock::now();
  const qcs::CheckReport report = qcs::check_lists(settings);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print_lines(report.faults, most, "");
  print_lines(report.notes, most, "note: ");
  print_counts(report, settings.labels);
  print_sizes(report);
  std::size_t lines = 0;
  for (const auto& list : report.lists) lines += list.lines;
  fmt::print("{} lines, {} {}, {:.2f} s{}\n", lines, report.faults.size(),
             report.faults.size() == 1 ? "fault" : "faults", seconds,
             settings.open ? fmt::format(", {:.0f} images/s", static_cast<double>(lines) / seconds) : "");
  return report.faults.empty() ? 0 : 1;
}

}  // namespace

int qcs::commands::check(int argc, char** argv) {
  return qcs::program::run_program([&] { return ::run_check(argc, argv); });
}
