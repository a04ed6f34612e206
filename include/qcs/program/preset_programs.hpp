// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/presets/datasets.hpp>
#include <qcs/program/train_program.hpp>

// train_program() of the published data sets; see experiment/preset_experiments.hpp.
#ifdef QCS_COMPILED
namespace qcs::program {

extern template int train_program<RafDb>(int, char**);
extern template int train_program<FerPlus>(int, char**);
extern template int train_program<AffectNet7>(int, char**);
extern template int train_program<AffectNet8>(int, char**);

}  // namespace qcs::program
#endif
