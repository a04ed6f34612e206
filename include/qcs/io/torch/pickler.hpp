// SPDX-License-Identifier: MIT
#pragma once

// LibTorch's pickler and zip writer, apart from core/torch.hpp: only io/write_torch.hpp writes files with them.
#include <qcs/core/torch.hpp>
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <caffe2/serialize/inline_container.h>
#include <torch/csrc/jit/serialization/pickler.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
