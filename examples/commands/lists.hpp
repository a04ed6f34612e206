// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/backbone/backbones.hpp>
#include <qcs/presets/topologies.hpp>

// What `qcs train` and `qcs preview` choose from by name. A `qcs` with types of your own has them here.
namespace qcs::commands {

using BackboneList = ShippedBackbones;
using TopologyList = PublishedTopologies;

}  // namespace qcs::commands
