// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/error.hpp>

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

/// Returns the aids as they are, or throws ConfigError naming a value out of its range.
inline TrainingAids validated(const TrainingAids& aids) {
  if (aids.accumulate < 1) throw ConfigError(fmt::format("a step takes at least 1 batch, not {}", aids.accumulate));
  if (!(aids.label_smoothing >= 0 && aids.label_smoothing < 1))
    throw ConfigError(fmt::format("label smoothing {} is outside [0, 1)", aids.label_smoothing));
  if (!(aids.clip_norm >= 0))
    throw ConfigError(fmt::format("the gradient's norm cannot be clipped to {}", aids.clip_norm));
  if (!(aids.average_decay >= 0 && aids.average_decay < 1))
    throw ConfigError(fmt::format("the decay of averaged weights {} is outside [0, 1)", aids.average_decay));
  if (aids.patience < 0) throw ConfigError(fmt::format("early stopping cannot wait {} epochs", aids.patience));
  return aids;
}

}  // namespace qcs
