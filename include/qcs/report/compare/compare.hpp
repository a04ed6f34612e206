// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <qcs/report/compare/compare_picture.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/report/files/file.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

namespace detail {

/// Rows of cells as lines of text whose columns stand below each other, the first `left` of them flush left and the
/// others flush right. Every line ends with a newline. A column is as wide as its longest cell has letters.
inline std::string aligned_columns(const std::vector<std::vector<std::string>>& rows, std::size_t left) {
  const auto letters = [](std::string_view cell) {
    return static_cast<std::size_t>(std::ranges::count_if(cell, [](char c) { return (c & 0xC0) != 0x80; }));
  };
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], letters(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - letters(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < left ? row[i] + gap : gap + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

inline std::string percent_or_dash(double share) {
  return std::isfinite(share) ? fmt::format("{:.2f} %", 100 * share) : "-";
}

inline std::string run_table(const Comparison& comparison) {
  std::vector<std::vector<std::string>> rows{{"run", "model", "backbone", "result from", "group", "seed", "best epoch",
                                              "accuracy", "mean class", "macro F1", "test", ""}};
  for (std::size_t r = 0; r < comparison.runs.size(); ++r) {
    const auto& [name, info, result, accuracies, done] = comparison.runs[r];
    const bool known = result.evaluated.classes() > 0;
    rows.push_back({name, info.model, info.backbone, std::string(name_of(info.selection)),
                    fmt::format("{}", comparison.group_of(r) + 1), fmt::format("{}", info.seed),
                    known ? fmt::format("{}/{}", result.epoch + 1, info.epochs) : "-",
                    known ? percent_or_dash(result.evaluated.accuracy()) : "-",
                    known ? percent_or_dash(result.evaluated.mean_class_accuracy()) : "-",
                    known ? fmt::format("{:.3f}", result.evaluated.macro_f1()) : "-",
                    result.test ? percent_or_dash(result.test->accuracy()) : "-",
                    result.finished ? "" : fmt::format("not finished: {} of {} epochs", done, info.epochs)});
  }
  return aligned_columns(rows, 4);
}

inline std::string group_table(const Comparison& comparison, std::size_t index) {
  const RunGroup& group = comparison.groups[index];
  std::string text = fmt::format("group {}, ", group_name(comparison, index));
  const auto counted = group.finished + group.repeated;
  text += counted == group.runs.size() ? fmt::format("n = {}", group.finished)
                                       : fmt::format("n = {} finished of {}", group.finished, group.runs.size());
  if (group.repeated > 0)
    text += fmt::format("; {} of a seed that is there already {} left out{}", group.repeated,
                        group.repeated == 1 ? "was" : "were",
                        group.repeats_differ ? ", though results of one seed differ" : "");
  if (group.finished == 0) return text + '\n';
  const auto cell = [](double value, double scale, const char* unit) {
    return std::isfinite(value) ? fmt::format("{:.{}f}{}", scale * value, scale == 1 ? 3 : 2, unit) : "-";
  };
  std::vector<std::vector<std::string>> rows{{"  " + group.split + " split", "mean", "std. dev.", "best"}};
  const auto add = [&](const char* name, const Spread& rate, double scale, const char* unit) {
    rows.push_back(
        {name, cell(rate.mean, scale, unit), cell(rate.deviation, scale, unit), cell(rate.best, scale, unit)});
  };
  add("  accuracy", group.accuracy, 100, " %");
  add("  mean class accuracy", group.mean_class_accuracy, 100, " %");
  add("  macro F1", group.macro_f1, 1, "");
  return text + '\n' + aligned_columns(rows, 1);
}

inline nlohmann::ordered_json rates_json(const std::string& split, const ConfusionMatrix& confusion) {
  return {{"split", split},
          {"images", confusion.total()},
          {"accuracy", confusion.accuracy()},
          {"mean_class_accuracy", confusion.mean_class_accuracy()},
          {"macro_f1", confusion.macro_f1()}};
}

inline nlohmann::ordered_json spread_json(const Spread& rate) {
  return {{"mean", rate.mean}, {"standard_deviation", rate.deviation}, {"best", rate.best}};
}

}  // namespace detail

/// Tables for people: a line for every run, the rates of every group, and the settings that tell the groups apart. Ends
/// with a newline.
inline std::string comparison_text(const Comparison& comparison) {
  std::string text = detail::run_table(comparison);
  for (std::size_t g = 0; g < comparison.groups.size(); ++g) text += '\n' + detail::group_table(comparison, g);
  if (comparison.differences.empty()) return text;
  std::vector<std::vector<std::string>> rows{{"setting"}};
  for (std::size_t g = 0; g < comparison.groups.size(); ++g) rows[0].push_back(fmt::format("group {}", g + 1));
  for (const auto& [name, values] : comparison.differences) {
    auto& row = rows.emplace_back(std::vector{name});
    for (const auto& value : values) row.push_back(value.value_or("-"));
  }
  return text + '\n' + detail::aligned_columns(rows, rows[0].size());
}

/// The same for programs: `runs`, `groups` (from 1, as runs name theirs) and `differences`, a value for each group
/// under the name of a setting. Epochs count from 1, rates are 0..1; what is not known, such as the standard deviation
/// of one run, is not a number, which is written as null.
inline nlohmann::ordered_json comparison_json(const Comparison& comparison) {
  nlohmann::ordered_json json = {{"runs", nlohmann::ordered_json::array()},
                                 {"groups", nlohmann::ordered_json::array()},
                                 {"differences", nlohmann::ordered_json::object()}};
  for (std::size_t r = 0; r < comparison.runs.size(); ++r) {
    const auto& [name, info, result, accuracies, done] = comparison.runs[r];
    nlohmann::ordered_json run = {{"name", name},
                                  {"group", comparison.group_of(r) + 1},
                                  {"model", info.model},
                                  {"backbone", info.backbone},
                                  {"dataset", info.dataset},
                                  {"seed", info.seed},
                                  {"selection", std::string(name_of(info.selection))},
                                  {"finished", result.finished},
                                  {"done_epochs", done},
                                  {"epochs", info.epochs}};
    if (result.evaluated.classes() > 0) {
      run["best_epoch"] = result.epoch + 1;
      run["evaluation"] = detail::rates_json(info.eval.name, result.evaluated);
    }
    if (result.test) run["test"] = detail::rates_json(info.test.name, *result.test);
    json["runs"].push_back(std::move(run));
  }
  for (const auto& group : comparison.groups) {
    auto names = nlohmann::ordered_json::array();
    for (const auto run : group.runs) names.push_back(comparison.runs[run].name);
    json["groups"].push_back({{"runs", names},
                              {"finished", group.finished},
                              {"repeated_seeds", group.repeated},
                              {"split", group.split},
                              {"accuracy", detail::spread_json(group.accuracy)},
                              {"mean_class_accuracy", detail::spread_json(group.mean_class_accuracy)},
                              {"macro_f1", detail::spread_json(group.macro_f1)}});
  }
  for (const auto& [name, values] : comparison.differences) {
    auto& row = json["differences"][name] = nlohmann::ordered_json::array();
    for (const auto& value : values) row.push_back(value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json());
  }
  return json;
}

/// Writes compare.json and compare.png into a folder, which is made when it is missing. Throws Error naming a file that
/// cannot be written.
inline void write_comparison(const std::filesystem::path& folder, const Comparison& comparison) {
  const auto json = comparison_json(comparison);
  write_file(folder / "compare.json",
             json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n');
  write_png(folder / "compare.png", draw_comparison(comparison));
}

}  // namespace qcs
