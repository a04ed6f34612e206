// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/metric.

#include <qcs/metric/confusion_matrix.hpp>
#include <qcs/metric/running_mean.hpp>
