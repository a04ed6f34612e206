// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/value_range.hpp>
#include <qcs/train/recipe_field.hpp>

namespace qcs {

/// Values of sharpness-aware minimisation.
struct SamOptions {
  double rho = .05;        ///< radius of the climb
  bool adaptive = false;   ///< scale the climb by the weights (Kwon et al., ICML 2021)
  double epsilon = 1e-12;  ///< added to the gradient norm

  static void visit_fields(auto& o, auto&& visit) {
    visit(RecipeField{"rho", "rho", "radius of SAM's climb (default .05)", at_least(0)}, o.rho);
    visit(RecipeField{"adaptive",
                      "adaptive",
                      "let SAM scale its climb by the weights (Kwon et al., ICML 2021)",
                      {},
                      Told::kIfUnusual},
          o.adaptive);
    visit(RecipeField{"epsilon of SAM", "", "", above(0), Told::kByItself}, o.epsilon);
  }
};

}  // namespace qcs
