// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <qcs/model/network_options.hpp>

namespace qcs::test {

/// A network in evaluation mode whose every weight and statistic matters, with answers that differ.
template <class Network>
Network trained_network(std::uint64_t seed, std::int64_t classes) {
  torch::manual_seed(seed);
  Network network(NetworkOptions{.classes = classes});
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) {
    auto& weight = item.value();
    weight.add_((weight.dim() == 1 ? .1 : .03) * torch::randn_like(weight));
  }
  for (auto& item : network->named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().normal_(0, .3);
    if (item.key().ends_with("running_var")) item.value().uniform_(.5, 1.5);
  }
  network->eval();
  return network;
}

}  // namespace qcs::test
