// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <qcs/core/error.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/files/run_json.hpp>
#include <qcs/report/history/run_history.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// Writes what a run is, every epoch and, once it has ended, the result: one JSON object a line, whose `kind` is "run",
/// "epoch" or "summary". Epochs and steps count from 1, accuracies are 0..1, what is not finite is null. The file holds
/// no times, so runs of one seed on one machine write the same bytes, interrupted or not. All or nothing; throws Error
/// naming the file.
inline void write_metrics(const std::filesystem::path& path, const RunHistory& history) {
  std::string text;
  const auto add = [&](const char* kind, const nlohmann::ordered_json& members) {
    nlohmann::ordered_json line = {{"kind", kind}};
    line.update(members);
    text += line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  };
  add("run", run_json(history.info));
  for (const auto& epoch : history.epochs) add("epoch", epoch_json(epoch));
  if (history.summary && history.summary->end != RunEnd::kInterrupted)
    add("summary", summary_json(*history.summary, history.info));
  write_file(path, text);
}

namespace detail {

/// Adds what a line of metrics tells. Throws DataError or nlohmann::json::exception.
inline void read_metrics_line(const std::string& line, bool first, RunHistory& history) {
  const auto json = nlohmann::ordered_json::parse(line);
  const auto kind = json.at("kind").get<std::string>();
  if (first != (kind == "run")) throw DataError(first ? "the first line is not of kind `run`" : "a second run");
  if (history.summary) throw DataError("a line after the summary");
  const auto fitting = [&](const ConfusionMatrix& confusion) {
    const auto classes = static_cast<std::size_t>(confusion.classes());
    if (classes != 0 && classes != history.info.class_names.size())
      throw DataError(
          fmt::format("a confusion matrix of {} classes in a run of {}", classes, history.info.class_names.size()));
  };
  if (first) {
    history.info = run_from_json(json);
  } else if (kind == "epoch") {
    const auto& epoch = history.epochs.emplace_back(epoch_from_json(json));
    fitting(epoch.confusion);
    const int before = history.epochs.size() < 2 ? -1 : history.epochs[history.epochs.size() - 2].epoch;
    if (epoch.epoch <= before) throw DataError(fmt::format("epoch {} after epoch {}", epoch.epoch + 1, before + 1));
  } else if (kind == "summary") {
    history.summary = summary_from_json(json);
    fitting(history.summary->best_confusion);
    if (history.summary->test) fitting(history.summary->test->confusion);
  } else {
    throw DataError(fmt::format("unknown kind `{}`", kind));
  }
}

}  // namespace detail

/// Reads back what write_metrics wrote: info, epochs and summary, without times. Throws DataError naming file and line
/// for anything else, a last line cut short included.
inline RunHistory read_metrics(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(fmt::format("{}: cannot be read", path.string()));
  RunHistory history;
  int number = 1;
  const auto fail = [&](std::string_view why) {
    throw DataError(fmt::format("{}:{}: {}", path.string(), number, why));
  };
  for (std::string line; std::getline(file, line); ++number) try {
      if (file.eof()) throw DataError("the line is cut short");
      detail::read_metrics_line(line, number == 1, history);
    } catch (const nlohmann::json::exception& fault) {
      const std::string_view what = fault.what();  // "[json.exception.NAME] " and what is wrong
      fail(what.substr(what.find("] ") + 2));
    } catch (const DataError& fault) {
      fail(fault.what());
    }
  if (number == 1) fail("the file is empty");
  return history;
}

}  // namespace qcs
