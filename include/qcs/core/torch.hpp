// SPDX-License-Identifier: MIT
#pragma once

// The one place where LibTorch's umbrella header enters the library: it costs most of a translation unit's
// compile time, so it is the header to precompile, and its warnings are fenced off here.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <torch/torch.h>
#include <torch/version.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
