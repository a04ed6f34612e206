// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/data/list/list_fingerprint.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <qcs/weights/card.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// What differs between the metadata of two checkpoints in their recipes, their versions and the entries `train_data`
/// and `evaluation_data` (see data_fingerprint), one sentence for each: "learning rate was 3e-06, is now 1e-06".
/// `defaults` are the values that a file means which does not name them.
inline std::vector<std::string> recipe_changes(const io::Metadata& before, const io::Metadata& now,
                                               const NamedValues& defaults = named_values(Recipe{}, SamOptions{})) {
  const auto entry = [](const io::Metadata& metadata, const char* key) {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string() : found->second;
  };
  const auto recipe = [&](const io::Metadata& metadata) {
    const auto json = nlohmann::ordered_json::parse(entry(metadata, "recipe"), nullptr, /*allow_exceptions=*/false);
    return json.is_object() ? named_values_of(json) : NamedValues();
  };
  std::vector<std::string> changes;
  const auto compare = [&](const std::string& name, const std::string& old, const std::string& fresh) {
    if (old != fresh) changes.push_back(fmt::format("{} was {}, is now {}", name, old, fresh));
  };
  const auto version = entry(before, "qcs_version");
  if (version.starts_with("0.1.")) {
    changes.push_back("its recipe is not compared: qcs 0.1 named the values otherwise");
  } else {
    // A value that an older version did not know had its default. One that is not usual is named where it is used.
    const auto old = recipe(before), fresh = recipe(now);
    const auto value_in = [](const NamedValues& values, const std::string& name, const std::string& otherwise) {
      const auto* value = find_value(values, name);
      return value != nullptr ? *value : otherwise;
    };
    if (!old.empty() && !fresh.empty()) {
      for (const auto& [name, usual] : defaults)
        compare(name, value_in(old, name, usual), value_in(fresh, name, usual));
      for (const auto& [name, value] : fresh)
        if (find_value(defaults, name) == nullptr) compare(name, value_in(old, name, value), value);
    }
  }
  if (!version.empty()) compare("qcs", version, entry(now, "qcs_version"));
  for (const auto& [key, list] : {std::pair{"train_data", "training"}, {"evaluation_data", "evaluation"}})
    if (fingerprints_differ(entry(before, key), entry(now, key)))
      changes.push_back(fmt::format("the {} list holds other images or labels than before", list));
  return changes;
}

}  // namespace qcs
