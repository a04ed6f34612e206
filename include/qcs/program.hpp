// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/program.

#include <qcs/program/choice_help.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/evaluate_weights.hpp>
#include <qcs/program/given_number.hpp>
#include <qcs/program/memory_to_start.hpp>
#include <qcs/program/option_file.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/preset_evaluations.hpp>
#include <qcs/program/preset_programs.hpp>
#include <qcs/program/process.hpp>
#include <qcs/program/recall_run.hpp>
#include <qcs/program/recipe_options.hpp>
#include <qcs/program/spare_memory.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/program/train.hpp>
#include <qcs/program/train_arguments.hpp>
#include <qcs/program/train_dataset.hpp>
#include <qcs/program/train_options.hpp>
