// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/data/augment/transform.hpp>
#include <qcs/infer/answer.hpp>
#include <qcs/infer/answer_of_logits.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/infer/picture.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// Names the expression of faces by the base branch of trained weights.
///
///     auto classify = qcs::Classifier::load("base.safetensors");
///     const qcs::Answer answer = classify(qcs::bgr(face));
///
/// Pictures are cut faces, as the training images were (card().preprocessing.face_cut says how). One thread at a time;
/// copies share the engine, so that each thread may have one without more memory, if the engine allows it. The engine
/// of load() does, but in tf32, and with a backbone of one's own if its forward() changes nothing of it.
class Classifier {
 public:
  /// Reads weights that carry a Card, as all files of this library do. `List` has the backbones to choose from:
  /// `Classifier::load<qcs::Backbones<qcs::Ir50, Mine>>(file)`. Throws CheckpointError if the file carries none or its
  /// weights do not fit, ConfigError for an unknown backbone.
  template <class List = ShippedBackbones>
  static Classifier load(const std::filesystem::path& path, const Placement& placement = {}) {
    auto file = read_weight_file(path);
    auto card = require_card(file,
                             "give a card, such as qcs::published_card<qcs::RafDb>(), or write one into it with "
                             "`convert --dataset`");
    auto engine = load_engine(List(), std::move(file), card, placement);
    return Classifier(std::move(engine), std::move(card));
  }

  /// Reads weights that carry no card, such as published ones, or not the right one.
  template <class List = ShippedBackbones>
  static Classifier load(const std::filesystem::path& path, Card card, const Placement& placement = {}) {
    auto engine = load_engine(List(), read_weight_file(path), card, placement);
    return Classifier(std::move(engine), std::move(card));
  }

  /// Throws ConfigError if the engine's classes are not as many as the card's.
  Classifier(AnyEngine engine, Card card)
      : engine_(std::move(engine)), card_(std::move(card)), transform_(transform_options()) {
    if (engine_.classes() != static_cast<std::int64_t>(card_.labels.classes.size()))
      throw ConfigError(fmt::format("an engine of {} classes with a card of {}: {}", engine_.classes(),
                                    card_.labels.classes.size(), card_.labels.text()));
  }

  /// Throws DataError for a picture that is none, see rgb_pixels.
  Answer operator()(const Picture& picture) { return (*this)(std::span(&picture, 1)).front(); }

  /// The answers on several pictures, which pass through the network in one batch. Throws DataError that names the
  /// picture by its number.
  std::vector<Answer> operator()(std::span<const Picture> pictures) {
    if (pictures.empty()) return {};
    const auto side = transform_.options().side();
    const auto images = torch::empty({static_cast<std::int64_t>(pictures.size()), 3, side, side}, torch::kFloat32);
    for (std::size_t i = 0; i < pictures.size(); ++i)
      transform_.write(pixels_of(pictures, i), images[static_cast<std::int64_t>(i)].data_ptr<float>());
    return answers(images);
  }

  /// A picture as the engine takes it: (3, S, S), normalised float32, see Engine. Safe to call from several threads.
  /// Throws DataError like operator().
  torch::Tensor input(const Picture& picture) const { return transform_(rgb_pixels(picture)); }

  /// The answers on inputs, (B, 3, S, S).
  std::vector<Answer> answers(const torch::Tensor& inputs) {
    const auto logits = engine_.logits(inputs);
    std::vector<Answer> answers;
    for (std::int64_t i = 0; i < logits.size(0); ++i) answers.push_back(answer_of_logits(logits[i], card_.labels));
    return answers;
  }

  /// What the weights are of.
  const Card& card() const { return card_; }

 private:
  TransformOptions transform_options() const {
    auto options = card_.preprocessing.transform();
    options.stride = engine_.stride();
    return options;
  }

  static cv::Mat pixels_of(std::span<const Picture> pictures, std::size_t i) {
    try {
      return rgb_pixels(pictures[i]);
    } catch (const DataError& error) {
      if (pictures.size() == 1) throw;
      throw DataError(fmt::format("picture {} of {}: {}", i + 1, pictures.size(), error.what()));
    }
  }

  AnyEngine engine_;
  Card card_;
  EvalTransform transform_;
};

}  // namespace qcs
