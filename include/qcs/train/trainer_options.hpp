// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/core/placement.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/stop.hpp>
#include <qcs/weights/face_cut.hpp>
#include <string>

namespace qcs {

/// What a trainer is to do: the recipe, and where and how it runs, which changes no more of a training's
/// numbers than their last digits.
struct TrainerOptions {
  Recipe recipe = {};
  Selection selection = Selection::kLast;  ///< what the split that is evaluated after every epoch is used for
  torch::Device device = torch::kCPU;
  MemoryFormat memory_format = MemoryFormat::kContiguous;
  std::filesystem::path checkpoint_folder = {};  ///< of a CheckpointFolder, made when missing; empty for none
  std::int64_t save_steps = 0;                   ///< steps between checkpoints within an epoch; 0: by time alone
  double save_seconds = 600;                     ///< time between checkpoints within an epoch; 0: by steps alone
  StopCheck stop = {};                           ///< asked before every pass and every batch of an evaluation
  FaceCut face_cut = {};                         ///< how faces were cut out of photos
  io::Metadata metadata = {};                    ///< goes into the checkpoints, next to their Card
};

/// Where and how such a trainer computes.
inline Placement placement_of(const TrainerOptions& options) {
  return {.device = options.device, .precision = options.recipe.precision, .format = options.memory_format};
}

/// Returns the options as they are, or throws ConfigError naming what is out of its range, in a step's options too.
template <class StepOptions = NoOptions>
TrainerOptions validated(const TrainerOptions& options, const StepOptions& step = {}) {
  (void)validated(options.recipe, step);
  if (options.recipe.aids.patience > 0 && options.selection == Selection::kLast)
    throw ConfigError("early stopping needs a split to select the best epoch on");
  if (options.recipe.precision == Precision::kTf32 && options.device.is_cpu())
    throw ConfigError("precision tf32 is one of CUDA devices; on a CPU there are fp32 and bf16");
  return options;
}

}  // namespace qcs
