// expect: qcs presets: no recipe is published for this data set
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/presets/recipes.hpp>

struct SevenFaces {};

#ifdef QCS_TWIN
template <>
struct qcs::PublishedRecipes<SevenFaces> {
  static constexpr Recipe kQcs = PublishedRecipes<FerPlus>::kQcs;
  static constexpr Recipe kDcs = PublishedRecipes<FerPlus>::kDcs;
};
#endif

const auto recipe = qcs::published_recipe<SevenFaces>("QCS");
