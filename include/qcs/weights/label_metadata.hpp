// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/io/named_tensors.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Writes a label space into the metadata of weights: `labels`, its name; `class_names`, a JSON list in the order of
/// the labels; `classes`, their number. Throws ConfigError for a name that is not UTF-8.
inline void put_labels(io::Metadata& metadata, const Labels& labels) {
  metadata["labels"] = labels.name;
  try {
    metadata["class_names"] = nlohmann::json(labels.classes).dump();
  } catch (const nlohmann::json::exception&) {
    throw ConfigError(fmt::format("a class name is not UTF-8: {}", labels.text()));
  }
  metadata["classes"] = fmt::format("{}", labels.classes.size());
}

/// The label space in the metadata of weights; nothing where they name none, as published files do. Throws
/// CheckpointError if `class_names` is no JSON list of texts.
inline std::optional<Labels> find_labels(const io::Metadata& metadata) {
  const auto names = metadata.find("class_names");
  if (names == metadata.end()) return std::nullopt;
  Labels labels;
  try {
    labels.classes = nlohmann::json::parse(names->second).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception&) {
    throw CheckpointError(fmt::format("class_names is no JSON list of texts: {}", names->second));
  }
  const auto name = metadata.find("labels");
  labels.name = name == metadata.end() ? "unnamed labels" : name->second;
  return labels;
}

}  // namespace qcs
