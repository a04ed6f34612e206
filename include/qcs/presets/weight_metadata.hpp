// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/version.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/weights/label_metadata.hpp>

namespace qcs {

/// What must travel with weights so that another program can use them: label space (see put_labels),
/// `preprocessing` (JSON: from an image file to the network's input), `recipe` (JSON: how they were trained) and
/// `qcs_version`.
inline io::Metadata weight_metadata(const Labels& labels, const Recipe& recipe) {
  io::Metadata metadata;
  put_labels(metadata, labels);
  const auto& transform = recipe.transform;
  metadata["preprocessing"] = nlohmann::ordered_json{
      {"colour", "RGB"},
      {"resize", transform.resize},
      {"interpolation", "bilinear, antialiased"},
      {"centre_crop", transform.crop},
      {"scale", "value / 255"},
      {"mean", transform.mean},
      {"std", transform.std}}.dump();
  nlohmann::ordered_json values;
  for (const auto& [name, value] : describe(recipe)) values[name] = value;
  metadata["recipe"] = values.dump();
  metadata["qcs_version"] = kVersion;
  return metadata;
}

}  // namespace qcs
