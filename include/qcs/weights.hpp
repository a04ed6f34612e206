// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/weights.

#include <qcs/weights/base_branch_file.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/face_cut.hpp>
#include <qcs/weights/file_kind.hpp>
#include <qcs/weights/label_metadata.hpp>
#include <qcs/weights/load_weights.hpp>
#include <qcs/weights/name_mapping.hpp>
#include <qcs/weights/published_names.hpp>
#include <qcs/weights/start_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <qcs/weights/weight_sets.hpp>
