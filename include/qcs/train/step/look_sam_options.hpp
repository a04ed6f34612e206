// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/value_range.hpp>
#include <qcs/train/recipe_field.hpp>

namespace qcs {

/// Values of LookSAM. The defaults are within what its paper uses for vision transformers (Liu et al., CVPR 2022).
struct LookSamOptions {
  double rho = .05;        ///< radius of SAM's climb
  int interval = 5;        ///< one step in so many climbs; with 1 it is SAM
  double alpha = .7;       ///< length of what is added to the gradient in the other steps, as a share of the gradient's
  double epsilon = 1e-12;  ///< added to norms that are divided by

  static void visit_fields(auto& o, auto&& visit) {
    visit(RecipeField{"rho", "rho", "radius of SAM's climb (default .05)", at_least(0)}, o.rho);
    visit(RecipeField{"steps between climbs", "look-interval", "one step in so many climbs (default 5)", at_least(1)},
          o.interval);
    visit(RecipeField{"alpha of LookSAM", "look-alpha", "share of the stored direction (default .7)", at_least(0)},
          o.alpha);
    visit(RecipeField{"epsilon of SAM", "", "", above(0), Told::kByItself}, o.epsilon);
  }
};

}  // namespace qcs
