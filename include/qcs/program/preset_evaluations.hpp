// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/presets/networks.hpp>
#include <qcs/program/evaluate_weights.hpp>

// evaluate_weights() of the published networks; see experiment/preset_experiments.hpp.
#ifdef QCS_COMPILED
namespace qcs::program {

extern template int evaluate_weights<QcsNetwork<Ir50>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<DcsNetwork<Ir50>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<DcsPreNormNetwork<Ir50>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<QcsNetwork<SmallBackbone>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<DcsNetwork<SmallBackbone>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<DcsPreNormNetwork<SmallBackbone>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<QcsNetwork<CompactBackbone>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<DcsNetwork<CompactBackbone>>(const TrainArguments&, const Labels&);
extern template int evaluate_weights<DcsPreNormNetwork<CompactBackbone>>(const TrainArguments&, const Labels&);

}  // namespace qcs::program
#endif
