// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/torch.hpp>

namespace qcs {

/// LibTorch's generator on a device.
inline at::Generator generator_of(torch::Device device) { return at::globalContext().defaultGenerator(device); }

}  // namespace qcs
