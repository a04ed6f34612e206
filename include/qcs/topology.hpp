// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/topology.

#include <qcs/topology/concepts.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/rules.hpp>
#include <qcs/topology/sextuplet.hpp>
#include <qcs/topology/triplet.hpp>
