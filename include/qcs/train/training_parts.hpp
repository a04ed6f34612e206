// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/train/loss/cross_entropy.hpp>
#include <qcs/train/loss/loss.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/step/step.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace qcs {

/// The values of a run's step, and its loss:
///
///     qcs::TrainingParts<qcs::LookSamStep, qcs::SoftLabels> parts{.step = {.interval = 2}, .loss = soft_labels};
template <class Step, class Loss>
struct TrainingParts {
  StepOptionsOf<Step> step = {};
  std::optional<Loss> loss = {};  ///< none: the one that the recipe's label smoothing makes
};

/// The parts where none are given. A loss that a recipe cannot make does not compile here.
template <class Step, class Loss>
TrainingParts<Step, Loss> default_parts() {
  static_assert(!LossPolicy<Loss> || LossFromRecipe<Loss>,
                "qcs loss: this loss is not made from a recipe; give it as the last argument: {.loss = Mine(...)}, or "
                "give it a constructor from const qcs::LossOptions&");
  return {};
}

/// The loss of a run. Throws ConfigError if it is not given and the recipe cannot make it, or if the recipe smooths
/// labels otherwise than the loss that is given.
template <class Step, class Loss>
Loss loss_of(const TrainingParts<Step, Loss>& parts, const Recipe& recipe) {
  const double smoothing = recipe.aids.label_smoothing;
  constexpr std::string_view kName = Loss::kName;
  if (!parts.loss) {
    if constexpr (LossFromRecipe<Loss>) return Loss(LossOptions{.label_smoothing = smoothing});
    throw ConfigError(fmt::format("the loss `{}` is not made from a recipe: give it to the trainer", kName));
  }
  double own = 0;
  if constexpr (requires {
                  { parts.loss->options() } -> std::convertible_to<LossOptions>;
                })
    own = parts.loss->options().label_smoothing;
  if (own != smoothing)
    throw ConfigError(
        fmt::format("label smoothing is {} in the recipe and {} in the loss `{}` that is given; set the "
                    "recipe's to {}",
                    smoothing, own, kName, own));
  return *parts.loss;
}

namespace detail {

/// The name `loss` and what the loss tells of itself by `values()`; nothing for the published loss.
template <class Step, class Loss>
NamedValues loss_values(const TrainingParts<Step, Loss>& parts) {
  if constexpr (std::same_as<Loss, CrossEntropy>) {
    return {};
  } else {
    NamedValues values{{"loss", std::string(std::string_view(Loss::kName))}};
    if constexpr (requires {
                    { parts.loss->values() } -> std::convertible_to<NamedValues>;
                  })
      if (parts.loss)
        for (auto& value : parts.loss->values()) values.push_back(std::move(value));
    return values;
  }
}

inline NamedValues joined(NamedValues values, const NamedValues& more) {
  values.insert(values.end(), more.begin(), more.end());
  return values;
}

}  // namespace detail

/// Every value of a recipe and of the parts as text: what files hold.
template <class Step, class Loss>
NamedValues named_values(const Recipe& recipe, const TrainingParts<Step, Loss>& parts) {
  return detail::joined(named_values(recipe, parts.step), detail::loss_values(parts));
}

/// What people want to read of them.
template <class Step, class Loss>
NamedValues describe(const Recipe& recipe, const TrainingParts<Step, Loss>& parts) {
  return detail::joined(detail::loss_values(parts), describe(recipe, parts.step));
}

/// What files mean that do not name a value.
template <class Step>
NamedValues default_values() {
  return detail::joined(named_values(Recipe{}, StepOptionsOf<Step>{}), {{"loss", std::string(CrossEntropy::kName)}});
}

}  // namespace qcs
