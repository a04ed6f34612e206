// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <qcs/core/torch.hpp>
#include <string>
#include <vector>

namespace qcs {

/// The names in `module` of all parameters of an optimiser, by the index that for_each_gradient gives; empty for one
/// that is not of the module. What is saved for a parameter goes by its name, never by its place.
inline std::vector<std::string> parameter_names(const torch::optim::Optimizer& optimizer,
                                                const torch::nn::Module& module) {
  std::map<const void*, std::string> by_tensor;
  for (const auto& item : module.named_parameters()) by_tensor.emplace(item.value().unsafeGetTensorImpl(), item.key());
  std::vector<std::string> names;
  for (const auto& group : optimizer.param_groups())
    for (const auto& parameter : group.params()) {
      const auto found = by_tensor.find(parameter.unsafeGetTensorImpl());
      names.push_back(found == by_tensor.end() ? std::string() : found->second);
    }
  return names;
}

}  // namespace qcs
