// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <qcs/core/enum_names.hpp>
#include <string_view>

namespace qcs {

/// How the branches of a training pass go through the network. The mathematics is the same, and batch normalisation
/// sees one branch at a time either way; numbers differ in their last digits.
enum class BranchExecution {
  kTogether,  ///< all in one batch, and of a last transformer block what is read: fewer and larger operations
  kInTurn,    ///< one after the other, everything worked out, as the public code does
};
template <>
struct EnumNames<BranchExecution> {
  static constexpr std::string_view kWhat = "execution of branches";
  static constexpr std::array<std::string_view, 2> kNames{"together", "in-turn"};
};

}  // namespace qcs
