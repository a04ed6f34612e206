// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <qcs/core/error.hpp>
#include <qcs/report/file.hpp>
#include <qcs/report/table.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Rows of counts, row = true class, column = predicted class.
inline nlohmann::ordered_json confusion_json(const ConfusionMatrix& confusion) {
  auto rows = nlohmann::ordered_json::array();
  for (int t = 0; t < confusion.classes(); ++t) {
    auto row = nlohmann::ordered_json::array();
    for (int p = 0; p < confusion.classes(); ++p) row.push_back(confusion.at(t, p));
    rows.push_back(row);
  }
  return rows;
}

/// The other way round; throws nlohmann::json::exception when `rows` is no square of numbers.
inline ConfusionMatrix confusion_from_json(const nlohmann::ordered_json& rows) {
  if (rows.empty()) return {};
  ConfusionMatrix confusion(static_cast<int>(rows.size()));
  for (std::size_t t = 0; t < rows.size(); ++t) {
    for (std::size_t p = 0; p < rows.size(); ++p) {
      confusion.add(static_cast<int>(t), static_cast<int>(p), rows.at(t).at(p).get<std::int64_t>());
    }
  }
  return confusion;
}

/// Everything a confusion matrix tells: accuracy, mean_class_accuracy, macro_f1, classes (name, images,
/// recall, precision, f1) and the counts.
inline nlohmann::ordered_json evaluation_json(const ConfusionMatrix& confusion,
                                              const std::vector<std::string>& names) {
  nlohmann::ordered_json json = {{"accuracy", confusion.accuracy()},
                                 {"mean_class_accuracy", confusion.mean_class_accuracy()},
                                 {"macro_f1", confusion.macro_f1()},
                                 {"images", confusion.total()}};
  auto& classes = json["classes"] = nlohmann::ordered_json::array();
  for (int c = 0; c < confusion.classes(); ++c) {
    classes.push_back({{"name", class_name(names, c)},
                       {"images", confusion.samples(c)},
                       {"recall", confusion.recall(c)},
                       {"precision", confusion.precision(c)},
                       {"f1", confusion.f1(c)}});
  }
  json["confusion"] = confusion_json(confusion);
  return json;
}

/// Reads back the epochs of a file that MetricsJson wrote; `seconds` stays 0. Throws DataError naming the
/// file.
inline std::vector<EpochEvent> read_epochs(const std::filesystem::path& path);

/// Keeps a file of a run's facts and of every epoch's numbers, and at the end of its best epoch, as JSON:
/// objects `run`, `epochs` (an array, one line each) and `summary`. Epochs and steps count from 1, accuracies
/// are 0..1. The file holds no times, so two runs of one seed on one machine write the same bytes. An
/// observer.
class MetricsJson {
 public:
  /// @param append keeps the epochs that the file has from before the first one seen here (a resumed run);
  /// otherwise the file starts anew.
  explicit MetricsJson(std::filesystem::path path, bool append = false) : path_(std::move(path)) {
    if (append && std::filesystem::exists(path_)) epochs_ = read_epochs(path_);
  }

  void on_run_begin(const RunInfo& info) {
    names_ = info.class_names;
    run_ = {{"model", info.model},
            {"backbone", info.backbone},
            {"dataset", info.dataset},
            {"class_names", info.class_names},
            {"epochs", info.epochs},
            {"batches_per_epoch", info.batches_per_epoch},
            {"train_images", info.train_images},
            {"eval_images", info.eval_images},
            {"seed", info.seed}};
    auto& recipe = run_["recipe"] = nlohmann::ordered_json::object();
    for (const auto& [name, value] : info.recipe) recipe[name] = value;
  }

  void on_epoch(const EpochEvent& event) {
    std::erase_if(epochs_, [&](const EpochEvent& earlier) { return earlier.epoch >= event.epoch; });
    epochs_.push_back(event);
    write();
  }

  void on_run_end(const RunSummary& summary) {
    summary_ = {{"best_epoch", summary.best_epoch + 1}, {"steps", summary.steps}};
    summary_["accuracy"] = summary.best_accuracy;
    if (summary.best_confusion.classes() > 0)
      summary_.update(evaluation_json(summary.best_confusion, names_));
    write();
  }

 private:
  static nlohmann::ordered_json row(const EpochEvent& event) {
    return {{"epoch", event.epoch + 1},
            {"step", event.step},
            {"learning_rate", event.learning_rate},
            {"train_loss", event.train_loss},
            {"train_base_loss", event.train_base_loss},
            {"train_cross_loss", event.train_cross_loss},
            {"train_accuracy", event.train_accuracy},
            {"eval_loss", event.eval_loss},
            {"accuracy", event.accuracy},
            {"mean_class_accuracy", event.confusion.mean_class_accuracy()},
            {"macro_f1", event.confusion.macro_f1()},
            {"best", event.best},
            {"gates", event.gates},
            {"confusion", confusion_json(event.confusion)}};
  }

  void write() const {
    std::string text = fmt::format("{{\n\"run\": {},\n\"epochs\": [", run_.dump());
    for (std::size_t i = 0; i < epochs_.size(); ++i) text += (i == 0 ? "\n" : ",\n") + row(epochs_[i]).dump();
    write_file(path_, fmt::format("{}\n],\n\"summary\": {}\n}}\n", text, summary_.dump()));
  }

  std::filesystem::path path_;
  std::vector<std::string> names_;
  nlohmann::ordered_json run_ = nlohmann::ordered_json::object();
  nlohmann::ordered_json summary_;  // null until the run has ended
  std::vector<EpochEvent> epochs_;
};

inline std::vector<EpochEvent> read_epochs(const std::filesystem::path& path) try {
  std::ifstream file(path, std::ios::binary);
  std::vector<EpochEvent> epochs;
  const auto number = [](const nlohmann::ordered_json& value) {  // what is not finite was written as null
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  };
  const auto json = nlohmann::ordered_json::parse(file);
  for (const auto& row : json.at("epochs")) {
    epochs.push_back({.epoch = row.at("epoch").get<int>() - 1,
                      .learning_rate = number(row.at("learning_rate")),
                      .train_loss = number(row.at("train_loss")),
                      .train_accuracy = number(row.at("train_accuracy")),
                      .train_base_loss = number(row.at("train_base_loss")),
                      .train_cross_loss = number(row.at("train_cross_loss")),
                      .eval_loss = number(row.at("eval_loss")),
                      .confusion = confusion_from_json(row.at("confusion")),
                      .accuracy = number(row.at("accuracy")),
                      .best = row.at("best").get<bool>(),
                      .step = row.at("step").get<std::int64_t>(),
                      .gates = row.at("gates").get<std::vector<double>>()});
  }
  return epochs;
} catch (const nlohmann::json::exception& fault) {
  throw DataError(fmt::format("{}: not a file of metrics: {}", path.string(), fault.what()));
}

}  // namespace qcs
