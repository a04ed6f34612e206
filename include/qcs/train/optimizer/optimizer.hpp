// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/train/optimizer/multi_tensor.hpp>
#include <qcs/train/optimizer/optimizer_options.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// Builds the optimiser over `parameters`.
inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::vector<torch::Tensor> parameters,
                                                               const OptimizerOptions& o, double learning_rate) {
  namespace optim = torch::optim;
  switch (o.kind) {
    case OptimizerKind::kAdam:
      return std::make_unique<MultiTensorAdam>(
          std::move(parameters), optim::AdamOptions(learning_rate).weight_decay(o.weight_decay.value_or(0)));
    case OptimizerKind::kAdamW:
      return std::make_unique<MultiTensorAdamW>(
          std::move(parameters), optim::AdamWOptions(learning_rate).weight_decay(o.weight_decay.value_or(.01)));
    case OptimizerKind::kSgd:
      return std::make_unique<MultiTensorSgd>(
          std::move(parameters),
          optim::SGDOptions(learning_rate).momentum(o.momentum).weight_decay(o.weight_decay.value_or(0)));
  }
  throw ConfigError("unknown optimizer kind");
}

/// Takes all gradients away, so that the next pass brings its own memory rather than adding to zeros; what
/// Optimizer::zero_grad() does in LibTorch 2.
inline void clear_gradients(torch::optim::Optimizer& optimizer) {
  for (auto& group : optimizer.param_groups())
    for (auto& parameter : group.params()) parameter.mutable_grad() = torch::Tensor();
}

/// Sets the learning rate of every parameter group.
inline void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace qcs
