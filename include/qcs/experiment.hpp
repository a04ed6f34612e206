// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/experiment.

#include <qcs/experiment/build_network.hpp>
#include <qcs/experiment/environment.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/faces.hpp>
#include <qcs/experiment/list_labels.hpp>
#include <qcs/experiment/loaders.hpp>
#include <qcs/experiment/preset_experiments.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/experiment/read_folder_tree.hpp>
#include <qcs/experiment/read_lists.hpp>
#include <qcs/experiment/repeat_runs.hpp>
#include <qcs/experiment/run_folder.hpp>
#include <qcs/experiment/run_options.hpp>
#include <qcs/experiment/splits.hpp>
