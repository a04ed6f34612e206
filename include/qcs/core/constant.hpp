// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <type_traits>

namespace qcs {

/// True for every value. Since it takes a copy, a call is a constant expression only where the value is a constant: a
/// member that is not static, or not constexpr, fails `typename std::bool_constant<is_read(C::kMember)>`.
constexpr bool is_read(auto /*value*/) { return true; }

/// Whether `C::kName` is a text that the compiler knows.
template <class C>
concept HasConstantName = requires {
  typename std::bool_constant<is_read(std::string_view(C::kName))>;
};

}  // namespace qcs
