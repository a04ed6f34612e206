// SPDX-License-Identifier: MIT
#pragma once
#define QCS_VERSION_MAJOR 0
#define QCS_LEAK(x) x
