// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/experiment/experiment.hpp>
#include <qcs/presets/networks.hpp>

// Experiment for the published networks. Targets that link qcs::compiled, and with it define QCS_COMPILED, find fit()
// without observers there instead of compiling it themselves: nearly all of a training program's time.
#ifdef QCS_COMPILED
namespace qcs {

extern template RunSummary Experiment<QcsNetwork<Ir50>>::fit<>();
extern template RunSummary Experiment<DcsNetwork<Ir50>>::fit<>();
extern template RunSummary Experiment<DcsPreNormNetwork<Ir50>>::fit<>();
extern template RunSummary Experiment<QcsNetwork<SmallBackbone>>::fit<>();
extern template RunSummary Experiment<DcsNetwork<SmallBackbone>>::fit<>();
extern template RunSummary Experiment<DcsPreNormNetwork<SmallBackbone>>::fit<>();
extern template RunSummary Experiment<QcsNetwork<CompactBackbone>>::fit<>();
extern template RunSummary Experiment<DcsNetwork<CompactBackbone>>::fit<>();
extern template RunSummary Experiment<DcsPreNormNetwork<CompactBackbone>>::fit<>();

}  // namespace qcs
#endif
