// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <qcs/core/enum_names.hpp>
#include <string_view>

namespace qcs {

/// How the branches of a training pass go through the network; the mathematics is the same, batch normalisation sees
/// one branch at a time either way.
enum class BranchExecution {
  kTogether,  ///< all in one batch: fewer and larger operations
  kInTurn,    ///< one after the other, as the public code does
};
template <>
struct EnumNames<BranchExecution> {
  static constexpr std::string_view kWhat = "execution of branches";
  static constexpr std::array<std::string_view, 2> kNames{"together", "in-turn"};
};

}  // namespace qcs
