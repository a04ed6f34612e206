// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/infer/engine/any_engine.hpp>
#include <qcs/infer/engine/module_engine.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>

namespace qcs {

/// Builds the engine for a file of weights: with the backbone that its card names, or, where it names none, the first
/// one of the list that the tensors fit. Throws ConfigError if the card names a backbone that is not in the list, or a
/// token embedding or class head that are not the published ones, CheckpointError if no weights fit.
template <BackbonePolicy... B>
AnyEngine load_engine(Backbones<B...> list, const WeightFile& file, const Card& card, torch::Device device) {
  const auto classes = static_cast<std::int64_t>(card.labels.classes.size());
  const auto* architecture = card.architecture ? &*card.architecture : nullptr;
  const auto build = [&]<class Backbone>() {
    return AnyEngine(ModuleEngine<Backbone>(file, classes, architecture, device));
  };
  const auto misfit = [&](const std::string& why) {
    return CheckpointError(fmt::format("{} holds {}, whose base branch cannot be used: {}", file.path.string(),
                                       describe_weights(file), why));
  };
  if (architecture != nullptr) {
    if (architecture->tokens != PyramidTokens::kName || architecture->class_head != SqueezeExciteHead::kName)
      throw ConfigError(
          fmt::format("{} is of a base branch with {} tokens and a {} class head: make a qcs::ModuleEngine<Backbone, "
                      "Embedding, ClassHead> of these types and a qcs::Classifier of that engine",
                      file.path.string(), architecture->tokens, architecture->class_head));
    try {
      return with_backbone(list, architecture->backbone, build);
    } catch (const CheckpointError& error) {
      throw misfit(error.what());
    }
  }
  std::optional<AnyEngine> engine;
  std::string reasons;
  const auto try_one = [&]<class Backbone>() {
    try {
      engine.emplace(build.template operator()<Backbone>());
      return true;
    } catch (const CheckpointError& error) {
      reasons += fmt::format("{}as {}: {}", reasons.empty() ? "" : "; ", Backbone::kName, error.what());
      return false;
    }
  };
  if (!(try_one.template operator()<B>() || ...)) throw misfit(reasons);
  return std::move(*engine);
}

}  // namespace qcs
