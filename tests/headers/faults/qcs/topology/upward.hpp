// SPDX-License-Identifier: MIT
#pragma once
#include <qcs/train/good.hpp>
