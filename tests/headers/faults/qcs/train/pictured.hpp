// SPDX-License-Identifier: MIT
#pragma once
#include <opencv2/core.hpp>
