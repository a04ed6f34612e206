// SPDX-License-Identifier: MIT
#pragma once

namespace qcs {

/// What trainers commonly offer beyond the published recipe; all off by default. docs/training.md says what each does
/// to that recipe.
struct TrainingAids {
  int accumulate = 1;            ///< batches whose gradients make one step
  double label_smoothing = 0;    ///< 0 to below 1, in the training loss only
  double clip_norm = 0;          ///< largest norm of the gradient that the base optimiser steps with; 0 for any
  double average_decay = 0;      ///< decay of the weights' moving average, which is then evaluated; 0 for none
  int patience = 0;              ///< epochs without a better one after which the run ends; 0 for never
  bool freeze_backbone = false;  ///< leave the backbone's weights and statistics as they are

  bool operator==(const TrainingAids&) const = default;
};

}  // namespace qcs
