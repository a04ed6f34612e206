// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/presets.

#include <qcs/presets/datasets.hpp>
#include <qcs/presets/load_tuple_explainer.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/published_card.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/presets/topologies.hpp>
#include <qcs/presets/with_network_of.hpp>
