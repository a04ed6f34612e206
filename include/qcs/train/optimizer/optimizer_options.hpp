// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <optional>
#include <qcs/core/enum_names.hpp>
#include <string_view>

namespace qcs {

/// The optimisers that can stand inside SAM.
enum class OptimizerKind { kAdam, kAdamW, kSgd };

template <>
struct EnumNames<OptimizerKind> {
  static constexpr std::string_view kWhat = "optimizer";
  static constexpr std::array<std::string_view, 3> kNames{"adam", "adamw", "sgd"};
};

/// Values of an optimiser. Adam and AdamW use betas (.9, .999) and epsilon 1e-8.
struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdam;
  std::optional<double> weight_decay = {};  ///< default: PyTorch's, 0 for Adam and SGD, .01 for AdamW
  double momentum = 0;                      ///< SGD only
};

}  // namespace qcs
