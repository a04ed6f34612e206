// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/error.hpp>
#include <qcs/report/files/evaluation_json.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

// The events of a run as JSON and back. Epochs count from 1 in JSON, numbers that are not finite are null. What reads
// throws DataError or nlohmann::json::exception.

namespace detail {

inline double json_number(const nlohmann::ordered_json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

template <NamedEnum E>
E json_enum(const nlohmann::ordered_json& value) {
  if (const auto found = find_enum<E>(value.get<std::string_view>())) return *found;
  throw DataError(fmt::format("`{}` is none of {}", value.get<std::string>(), fmt::join(EnumNames<E>::kNames, ", ")));
}

inline nlohmann::ordered_json split_json(const SplitInfo& split) {
  return {{"name", split.name}, {"class_counts", split.class_counts}};
}

inline SplitInfo split_from_json(const nlohmann::ordered_json& json) {
  return {.name = json.at("name"), .class_counts = json.at("class_counts").get<std::vector<std::int64_t>>()};
}

}  // namespace detail

/// What a run is, without what an interruption changes: done_epochs, done_steps, notes and environment.
inline nlohmann::ordered_json run_json(const RunInfo& info) {
  auto recipe = nlohmann::ordered_json::object();
  for (const auto& [name, value] : info.recipe) recipe[name] = value;
  return {{"model", info.model},
          {"backbone", info.backbone},
          {"dataset", info.dataset},
          {"class_names", info.class_names},
          {"role_names", info.role_names},
          {"epochs", info.epochs},
          {"batches_per_epoch", info.batches_per_epoch},
          {"steps_per_epoch", info.steps_per_epoch},
          {"seed", info.seed},
          {"train", detail::split_json(info.train)},
          {"eval", detail::split_json(info.eval)},
          {"test", detail::split_json(info.test)},
          {"selection", name_of(info.selection)},
          {"recipe", recipe}};
}

inline RunInfo run_from_json(const nlohmann::ordered_json& json) {
  NamedValues recipe;
  for (const auto& [name, value] : json.at("recipe").items()) recipe.emplace_back(name, value.get<std::string>());
  return {.model = json.at("model"),
          .backbone = json.at("backbone"),
          .dataset = json.at("dataset"),
          .class_names = json.at("class_names").get<std::vector<std::string>>(),
          .role_names = json.at("role_names").get<std::vector<std::string>>(),
          .epochs = json.at("epochs"),
          .batches_per_epoch = json.at("batches_per_epoch"),
          .steps_per_epoch = json.at("steps_per_epoch"),
          .seed = json.at("seed"),
          .train = detail::split_from_json(json.at("train")),
          .eval = detail::split_from_json(json.at("eval")),
          .test = detail::split_from_json(json.at("test")),
          .selection = detail::json_enum<Selection>(json.at("selection")),
          .recipe = std::move(recipe)};
}

/// All of an epoch but its time.
inline nlohmann::ordered_json epoch_json(const EpochEvent& event) {
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

inline EpochEvent epoch_from_json(const nlohmann::ordered_json& json) {
  EpochEvent event{.epoch = json.at("epoch").get<int>() - 1,
                   .learning_rate = detail::json_number(json.at("learning_rate")),
                   .train_loss = detail::json_number(json.at("train_loss")),
                   .train_accuracy = detail::json_number(json.at("train_accuracy")),
                   .train_base_loss = detail::json_number(json.at("train_base_loss")),
                   .train_cross_loss = detail::json_number(json.at("train_cross_loss")),
                   .eval_loss = detail::json_number(json.at("eval_loss")),
                   .confusion = confusion_from_json(json.at("confusion")),
                   .accuracy = detail::json_number(json.at("accuracy")),
                   .best = json.at("best"),
                   .step = json.at("step")};
  for (const auto& gate : json.at("gates")) event.gates.push_back(detail::json_number(gate));
  return event;
}

/// How a run ended, and what its best epoch and its test tell; no time.
inline nlohmann::ordered_json summary_json(const RunSummary& summary, const RunInfo& info) {
  nlohmann::ordered_json json = {{"end", name_of(summary.end)},
                                 {"best_epoch", summary.best_epoch + 1},
                                 {"steps", summary.steps},
                                 {"selection", name_of(info.selection)}};
  json.update(evaluation_json(summary.best_confusion, info.class_names));
  json["accuracy"] = summary.best_accuracy;
  if (!summary.test) return json;
  auto& test = json["test"] = {{"loss", summary.test->loss}};
  test.update(evaluation_json(summary.test->confusion, info.class_names));
  return json;
}

inline RunSummary summary_from_json(const nlohmann::ordered_json& json) {
  RunSummary summary{.best_epoch = json.at("best_epoch").get<int>() - 1,
                     .best_accuracy = detail::json_number(json.at("accuracy")),
                     .best_confusion = confusion_from_json(json.at("confusion")),
                     .steps = json.at("steps"),
                     .end = detail::json_enum<RunEnd>(json.at("end"))};
  if (json.contains("test"))
    summary.test = Evaluation{.confusion = confusion_from_json(json["test"].at("confusion")),
                              .loss = detail::json_number(json["test"].at("loss"))};
  return summary;
}

}  // namespace qcs
