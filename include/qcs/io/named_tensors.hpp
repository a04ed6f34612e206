// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <qcs/core/torch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs::io {

/// Tensors in the order of their file, by name.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// What a file says beside its tensors, as text.
using Metadata = std::map<std::string, std::string>;

}  // namespace qcs::io
