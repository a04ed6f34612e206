// SPDX-License-Identifier: MIT
#pragma once
#include <qcs/core/torch.hpp>
