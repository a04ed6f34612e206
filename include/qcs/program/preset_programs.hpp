// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/presets/datasets.hpp>
#include <qcs/program/train.hpp>

// run_training() of the published data sets; see experiment/preset_experiments.hpp.
#ifdef QCS_COMPILED
namespace qcs::program {

extern template int run_training<RafDb>(int, char**);
extern template int run_training<FerPlus>(int, char**);
extern template int run_training<AffectNet7>(int, char**);
extern template int run_training<AffectNet8>(int, char**);

}  // namespace qcs::program
#endif
