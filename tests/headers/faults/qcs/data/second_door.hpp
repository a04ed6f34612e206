// SPDX-License-Identifier: MIT
#pragma once
#include <torch/types.h>
