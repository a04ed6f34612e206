// SPDX-License-Identifier: MIT
#pragma once
#include <qcs/metric/heavy.hpp>
