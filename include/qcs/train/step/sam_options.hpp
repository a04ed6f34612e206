// SPDX-License-Identifier: MIT
#pragma once

namespace qcs {

/// Values of sharpness-aware minimisation.
struct SamOptions {
  double rho = .05;        ///< radius of the climb
  bool adaptive = false;   ///< scale the climb by the weights (Kwon et al., ICML 2021)
  double epsilon = 1e-12;  ///< added to the gradient norm
};

}  // namespace qcs
