// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/train.

#include <qcs/train/checkpoint_saver.hpp>
#include <qcs/train/epoch_loop.hpp>
#include <qcs/train/evaluate.hpp>
#include <qcs/train/events.hpp>
#include <qcs/train/loss/branch_loss.hpp>
#include <qcs/train/observer.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/optimizer/optimizer_options.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/train/optimizer/weight_average.hpp>
#include <qcs/train/out_of_memory.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/recipe_fields.hpp>
#include <qcs/train/recipe_text.hpp>
#include <qcs/train/run_info.hpp>
#include <qcs/train/run_state.hpp>
#include <qcs/train/state/checkpoint.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <qcs/train/state/checkpoint_reader.hpp>
#include <qcs/train/state/optimizer_state.hpp>
#include <qcs/train/state/recipe_changes.hpp>
#include <qcs/train/state/run_conditions.hpp>
#include <qcs/train/state/training_state.hpp>
#include <qcs/train/step/sam.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <qcs/train/step/step.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <qcs/train/stop.hpp>
#include <qcs/train/trainer.hpp>
#include <qcs/train/trainer_options.hpp>
#include <qcs/train/training_aids.hpp>
