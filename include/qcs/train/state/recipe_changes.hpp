// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/state/data_fingerprint.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// What differs between the metadata of two checkpoints in the entries `recipe` (a JSON object of texts),
/// `qcs_version`, `train_data` and `evaluation_data` (see data_fingerprint), one sentence for each: "learning rate was
/// 3e-06, is now 1e-06".
inline std::vector<std::string> recipe_changes(const io::Metadata& before, const io::Metadata& now) {
  const auto entry = [](const io::Metadata& metadata, const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  const auto recipe = [&](const io::Metadata& metadata) {
    auto json = nlohmann::ordered_json::parse(entry(metadata, "recipe"), nullptr, /*allow_exceptions=*/false);
    return json.is_object() ? json : nlohmann::ordered_json::object();
  };
  const auto text = [](const nlohmann::ordered_json& json, const std::string& key) {
    const auto found = json.find(key);
    if (found == json.end()) return std::string("not set");
    return found->is_string() ? found->get<std::string>() : found->dump();
  };
  std::vector<std::string> changes;
  const auto compare = [&](const std::string& name, const std::string& old, const std::string& fresh) {
    if (old != fresh) changes.push_back(fmt::format("{} was {}, is now {}", name, old, fresh));
  };
  const auto old = recipe(before), fresh = recipe(now);
  for (const auto& item : old.items()) compare(item.key(), text(old, item.key()), text(fresh, item.key()));
  for (const auto& item : fresh.items())
    if (!old.contains(item.key())) compare(item.key(), "not set", text(fresh, item.key()));
  if (!entry(before, "qcs_version").empty()) compare("qcs", entry(before, "qcs_version"), entry(now, "qcs_version"));
  for (const auto& [key, list] : {std::pair{"train_data", "training"}, {"evaluation_data", "evaluation"}})
    if (fingerprints_differ(entry(before, key), entry(now, key)))
      changes.push_back(fmt::format("the {} list holds other images or labels than before", list));
  return changes;
}

}  // namespace qcs
