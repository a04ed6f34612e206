// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/random.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/model/network.hpp>
#include <qcs/train/recipe.hpp>

namespace qcs {

/// A freshly initialised network, a pure function of recipe and class count. Throws ConfigError if a value is out of
/// range.
template <class Net>
Net build_network(const Recipe& recipe, std::int64_t classes) {
  torch::manual_seed(derive_seed(recipe.seed, static_cast<std::uint64_t>(Purpose::kNetwork)));
  return Net(NetworkOptions{.classes = classes,
                            .base_dropout = recipe.base_dropout,
                            .cross_dropout = recipe.cross_dropout,
                            .drop_attention_output = recipe.drop_attention_output,
                            .execution = recipe.execution});
}

}  // namespace qcs
