// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>

namespace qcs {

/// Told how much of a long work is done, after every piece of it.
using ProgressCallback = std::function<void(std::size_t done, std::size_t total)>;

}  // namespace qcs
