// SPDX-License-Identifier: MIT
#pragma once

// The whole library but qcs/program, which the command-line programs are made of and which needs
// Boost.Program_options.

#include <qcs/core.hpp>
#include <qcs/data.hpp>
#include <qcs/experiment.hpp>
#include <qcs/image.hpp>
#include <qcs/infer.hpp>
#include <qcs/io.hpp>
#include <qcs/metric.hpp>
#include <qcs/model.hpp>
#include <qcs/nn.hpp>
#include <qcs/prepare.hpp>
#include <qcs/presets.hpp>
#include <qcs/report.hpp>
#include <qcs/topology.hpp>
#include <qcs/train.hpp>
#include <qcs/weights.hpp>
