// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/infer.

#include <qcs/infer/classifier.hpp>
#include <qcs/infer/engine/any_engine.hpp>
#include <qcs/infer/engine/engine.hpp>
#include <qcs/infer/engine/module_engine.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/infer/picture.hpp>
