// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/core/version.hpp>
#include <qcs/data/augment/transform_options.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/weights/face_cut.hpp>
#include <qcs/weights/label_metadata.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// How an image file becomes a network's input: RGB, resized bilinearly with antialiasing, cropped in the middle,
/// scaled to 0..1 and normalised.
struct Preprocessing {
  FaceCut face_cut = {};
  int resize = 224;
  int crop = 224;
  std::array<float, 3> mean{.485F, .456F, .406F};
  std::array<float, 3> std{.229F, .224F, .225F};

  bool operator==(const Preprocessing&) const = default;

  static Preprocessing of(const TransformOptions& t, FaceCut face_cut = {}) {
    return {.face_cut = std::move(face_cut), .resize = t.resize, .crop = t.crop, .mean = t.mean, .std = t.std};
  }

  /// As values of an EvalTransform.
  TransformOptions transform() const {
    TransformOptions options;
    options.resize = resize;
    options.crop = crop;
    options.mean = mean;
    options.std = std;
    return options;
  }
};

/// Named values as a JSON object of texts, in their order.
inline nlohmann::ordered_json named_values_json(const NamedValues& values) {
  auto json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : values) json[name] = value;
  return json;
}

/// The same back; throws nlohmann::json::exception for anything else.
inline NamedValues named_values_of(const nlohmann::ordered_json& json) {
  NamedValues values;
  for (const auto& [name, value] : json.items()) values.emplace_back(name, value.get<std::string>());
  return values;
}

/// What must travel with weights so that another program can use them.
struct Card {
  Labels labels = {};
  Preprocessing preprocessing = {};
  std::optional<Architecture> architecture = {};  ///< nothing where a file does not say
  NamedValues recipe = {};                        ///< how they were trained: named_values() of a Recipe
  std::string version = kVersion;                 ///< of the library that wrote them

  bool operator==(const Card&) const = default;
};

namespace detail {

inline nlohmann::ordered_json preprocessing_json(const Preprocessing& p) {
  nlohmann::ordered_json json{{"colour", "RGB"},       {"face", p.face_cut.description},
                              {"resize", p.resize},    {"interpolation", "bilinear, antialiased"},
                              {"centre_crop", p.crop}, {"scale", "value / 255"},
                              {"mean", p.mean},        {"std", p.std}};
  if (p.face_cut.margin != 0) json["face_margin"] = p.face_cut.margin;
  if (p.face_cut.points) json["face_points"] = *p.face_cut.points;
  return json;
}

inline Preprocessing preprocessing_of(const nlohmann::ordered_json& json) {
  FaceCut face_cut{.description = json.value("face", std::string()), .margin = json.value("face_margin", 0.)};
  if (json.contains("face_points")) face_cut.points = json["face_points"].get<FaceTemplate>();
  return {.face_cut = std::move(face_cut),
          .resize = json.at("resize"),
          .crop = json.at("centre_crop"),
          .mean = json.at("mean").get<std::array<float, 3>>(),
          .std = json.at("std").get<std::array<float, 3>>()};
}

}  // namespace detail

/// Writes a card into the metadata of weights: the label space (see put_labels), `preprocessing` and `recipe` as JSON,
/// `architecture` as text and `qcs_version`. Throws ConfigError for a name that is not UTF-8.
inline void put_card(io::Metadata& metadata, const Card& card) {
  put_labels(metadata, card.labels);
  metadata["preprocessing"] = detail::preprocessing_json(card.preprocessing).dump();
  if (card.architecture) metadata["architecture"] = card.architecture->text();
  metadata["recipe"] = named_values_json(card.recipe).dump();
  metadata["qcs_version"] = card.version;
}

/// The card in the metadata of weights; nothing where label space or preprocessing is missing, as in published files.
/// Throws CheckpointError naming an entry that cannot be read.
inline std::optional<Card> find_card(const io::Metadata& metadata) {
  const auto labels = find_labels(metadata);
  const auto preprocessing = metadata.find("preprocessing");
  if (!labels || preprocessing == metadata.end()) return std::nullopt;
  Card card{.labels = *labels, .version = {}};
  const auto read = [&](const char* name, auto&& parse) {
    const auto found = metadata.find(name);
    if (found == metadata.end()) return;
    try {
      parse(found->second);
    } catch (const nlohmann::json::exception& error) {
      throw CheckpointError(fmt::format("its {} is not what qcs writes: {}", name, error.what()));
    }
  };
  read("preprocessing", [&](const std::string& text) {
    card.preprocessing = detail::preprocessing_of(nlohmann::ordered_json::parse(text));
  });
  read("recipe", [&](const std::string& text) { card.recipe = named_values_of(nlohmann::ordered_json::parse(text)); });
  read("architecture", [&](const std::string& text) { card.architecture = Architecture::parse(text); });
  read("qcs_version", [&](const std::string& text) { card.version = text; });
  return card;
}

}  // namespace qcs
