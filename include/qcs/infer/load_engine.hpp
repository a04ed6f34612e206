// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/infer/engine/any_engine.hpp>
#include <qcs/infer/engine/torch_engine.hpp>
#include <qcs/infer/graph/base_branch_graph.hpp>
#include <qcs/infer/graph/simplify/simplified.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace qcs {

/// The card in a file of weights. Throws CheckpointError with the remedy if it carries none.
inline Card require_card(const WeightFile& file, std::string_view remedy) {
  if (auto card = find_card(file.metadata)) return std::move(*card);
  throw CheckpointError(fmt::format("{} does not say what its labels mean and how faces become its input; {}",
                                    file.path.string(), remedy));
}

/// What `build.operator()<Backbone>()` makes of the base branch in a file of weights: with the backbone that its card
/// names, or, where it names none, the first one of the list that the tensors fit. `build` throws CheckpointError where
/// they do not. Throws ConfigError if the card names a backbone that is not in the list, or a token embedding or class
/// head that are not the published ones, with `remedy`, CheckpointError if no weights fit.
template <BackbonePolicy First, BackbonePolicy... B>
auto with_fitting_backbone(Backbones<First, B...> list, const WeightFile& file, const Card& card,
                           std::string_view remedy, auto&& build) {
  const auto misfit = [&](const std::string& why) {
    return CheckpointError(fmt::format("{} holds {}, whose base branch cannot be used: {}", file.path.string(),
                                       describe_weights(file), why));
  };
  if (card.architecture) {
    const auto& [tokens, class_head] = std::tie(card.architecture->tokens, card.architecture->class_head);
    if (tokens != PyramidTokens::kName || class_head != SqueezeExciteHead::kName)
      throw ConfigError(fmt::format("{} is of a base branch with {} tokens and a {} class head: {}", file.path.string(),
                                    tokens, class_head, remedy));
    try {
      return with_backbone(list, card.architecture->backbone, build);
    } catch (const CheckpointError& error) {
      throw misfit(error.what());
    }
  }
  std::optional<decltype(build.template operator()<First>())> built;
  std::string reasons;
  const auto try_one = [&]<class Backbone>() {
    try {
      built.emplace(build.template operator()<Backbone>());
      return true;
    } catch (const CheckpointError& error) {
      reasons += fmt::format("{}as {}: {}", reasons.empty() ? "" : "; ", Backbone::kName, error.what());
      return false;
    }
  };
  if (!(try_one.template operator()<First>() || ... || try_one.template operator()<B>())) throw misfit(reasons);
  return std::move(*built);
}

/// The graph of the base branch in a file of weights, see with_fitting_backbone().
template <BackbonePolicy... B>
InferenceGraph load_graph(Backbones<B...> list, const WeightFile& file, const Card& card) {
  const auto classes = static_cast<std::int64_t>(card.labels.classes.size());
  const auto* architecture = card.architecture ? &*card.architecture : nullptr;
  constexpr std::string_view kOwnParts =
      "make a qcs::base_branch_graph<Backbone, Embedding, ClassHead> of these types, and a qcs::Classifier of its "
      "qcs::TorchEngine";
  return with_fitting_backbone(list, file, card, kOwnParts, [&]<class Backbone>() {
    return base_branch_graph<Backbone>(file.tensors, classes, architecture);
  });
}

/// The engine of that graph. What else the file holds is given up before.
template <BackbonePolicy... B>
AnyEngine load_engine(Backbones<B...> list, WeightFile file, const Card& card, const Placement& placement) {
  auto graph = load_graph(list, file, card);
  file.tensors.clear();
  graph = simplified(graph);  // the plain one is gone before its weights would be there a third time
  return AnyEngine(TorchEngine(std::move(graph), placement));
}

}  // namespace qcs
