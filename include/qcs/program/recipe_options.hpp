// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <qcs/program/option_table.hpp>
#include <qcs/train/recipe_fields.hpp>
#include <type_traits>

namespace qcs::program {

namespace detail {

template <class T>
struct NumberBehind {
  using Type = T;
};
template <class T>
struct NumberBehind<std::optional<T>> {
  using Type = T;
};

}  // namespace detail

/// Gives a value of a recipe its command line option, if it has one.
template <class T>
void add_recipe_option(OptionTable& options, const RecipeField& field, T& value) {
  if (*field.option == '\0') return;
  using Number = typename detail::NumberBehind<T>::Type;
  if constexpr (std::is_same_v<T, bool>) {
    options.flag(field.option, value, field.help);
  } else if constexpr (NamedEnum<T>) {
    options.choice(field.option, value, field.help);
  } else if constexpr (std::is_arithmetic_v<Number>) {
    // Counts are read as int, so that what is out of range is said to be.
    using Read = std::conditional_t<std::is_same_v<Number, std::int64_t>, int, Number>;
    options.number<Read>(field.option, value, field.range, field.help);
  }
}

}  // namespace qcs::program
