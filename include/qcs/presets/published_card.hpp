// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/presets/datasets.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <qcs/weights/card.hpp>
#include <string_view>

namespace qcs {

/// The card of weights published for `Dataset`, which do not carry one: its label space, and preprocessing and recipe
/// of `model`, "QCS" or "DCS". Throws ConfigError on another model.
template <class Dataset>
Card published_card(std::string_view model = Quadruplet::kName) {
  const Recipe recipe = published_recipe<Dataset>(model);
  return {.labels = Labels::of<typename Dataset::Classes>(),
          .preprocessing = Preprocessing::of(recipe.transform, face_cut_of<Dataset>()),
          .recipe = named_values(recipe, SamOptions{})};
}

}  // namespace qcs
