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

/// The parameters and buffers of a module, by name; not copied.
inline NamedTensors named_tensors(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}

/// What a file says beside its tensors, as text.
using Metadata = std::map<std::string, std::string>;

}  // namespace qcs::io
