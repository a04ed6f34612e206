// SPDX-License-Identifier: MIT
#pragma once
#include <qcs/data/detail/own.hpp>
#include <qcs/train/state/early.hpp>

inline int late() { return qcs::detail::own(); }
