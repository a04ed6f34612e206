// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/report/files/run_files.hpp>
#include <qcs/train/trainer.hpp>

#include "../unit/train/toy.hpp"

namespace faults {

/// A small run of a whole network with SAM, a pure function of its folder's checkpoint.
inline qcs::TrainerOptions options(const std::filesystem::path& folder, int epochs) {
  return {.recipe = {.epochs = epochs, .learning_rate = 2e-3, .seed = 5},
          .checkpoint_folder = folder,
          .save_steps = 2,
          .save_seconds = 0};
}

template <class Step = qcs::SamStep>
qcs::Trainer<toy::Net<qcs::Dual>, Step> trainer(const qcs::TrainerOptions& options) {
  qcs::Trainer<toy::Net<qcs::Dual>, Step> trainer(toy::network<qcs::Dual>(), options, toy::labels());
  if (std::filesystem::exists(options.checkpoint_folder / "last.pt")) trainer.resume(options.checkpoint_folder);
  return trainer;
}

}  // namespace faults
