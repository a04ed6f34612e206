// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <qcs/core/torch.hpp>
#include <string>
#include <type_traits>

namespace qcs::detail {

/// How an optimiser finds what it keeps for a parameter; LibTorch 1.13 writes the address as text.
inline auto optimizer_key(const torch::optim::Optimizer& optimizer, const torch::Tensor& parameter) {
  using Key = typename std::remove_cvref_t<decltype(optimizer.state())>::key_type;
  if constexpr (std::same_as<Key, std::string>)
    return fmt::format("{}", fmt::ptr(parameter.unsafeGetTensorImpl()));
  else
    return static_cast<void*>(parameter.unsafeGetTensorImpl());
}

}  // namespace qcs::detail
