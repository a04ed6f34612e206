// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <memory>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <string_view>
#include <vector>

namespace qcs {

/// The optimisers that can stand inside SAM.
enum class OptimizerKind { kAdam, kAdamW, kSgd };

/// Names of the optimisers on the command line, in enumeration order.
inline constexpr std::array<std::string_view, 3> kOptimizerNames{"adam", "adamw", "sgd"};

/// The optimiser called `name`; throws ConfigError listing the known names.
inline OptimizerKind optimizer_kind(std::string_view name) {
  for (std::size_t i = 0; i < kOptimizerNames.size(); ++i)
    if (kOptimizerNames[i] == name) return static_cast<OptimizerKind>(i);
  throw ConfigError(fmt::format("unknown optimizer `{}`, expected one of {}", name, fmt::join(kOptimizerNames, ", ")));
}

/// Values of an optimiser. Adam and AdamW use betas (.9, .999) and epsilon 1e-8.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdam;
  double learning_rate = 3e-6;
  std::optional<double> weight_decay = {};  ///< default: PyTorch's, 0 for Adam and SGD, .01 for AdamW
  double momentum = 0;                      ///< SGD only
};

/// Builds the optimiser over `parameters`.
inline std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::vector<torch::Tensor> parameters,
                                                               const OptimizerOptions& o) {
  namespace optim = torch::optim;
  switch (o.kind) {
    case OptimizerKind::kAdam:
      return std::make_unique<optim::Adam>(
          std::move(parameters), optim::AdamOptions(o.learning_rate).weight_decay(o.weight_decay.value_or(0)));
    case OptimizerKind::kAdamW:
      return std::make_unique<optim::AdamW>(
          std::move(parameters), optim::AdamWOptions(o.learning_rate).weight_decay(o.weight_decay.value_or(.01)));
    case OptimizerKind::kSgd:
      return std::make_unique<optim::SGD>(
          std::move(parameters),
          optim::SGDOptions(o.learning_rate).momentum(o.momentum).weight_decay(o.weight_decay.value_or(0)));
  }
  throw ConfigError("unknown optimizer kind");
}

/// Sets the learning rate of every parameter group.
inline void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

}  // namespace qcs
