// expect: qcs loss: this loss is not made from a recipe
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/train/loss/soft_labels.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/training_parts.hpp>

#ifdef QCS_TWIN
const qcs::TrainingParts<qcs::SamStep, qcs::SoftLabels> parts{.loss = qcs::SoftLabels({.5, .5}, 2)};
#else
const auto parts = qcs::default_parts<qcs::SamStep, qcs::SoftLabels>();
#endif
