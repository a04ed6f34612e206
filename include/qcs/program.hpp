// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/program.

#include <qcs/program/compute_threads.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/environment.hpp>
#include <qcs/program/evaluate_weights.hpp>
#include <qcs/program/list_labels.hpp>
#include <qcs/program/memory_to_start.hpp>
#include <qcs/program/option_file.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/process.hpp>
#include <qcs/program/repeat_runs.hpp>
#include <qcs/program/run_folder.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/program/spare_memory.hpp>
#include <qcs/program/splits.hpp>
#include <qcs/program/start_weights.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/program/train_network.hpp>
#include <qcs/program/train_program.hpp>
