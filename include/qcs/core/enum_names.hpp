// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <qcs/core/error.hpp>
#include <string_view>
#include <type_traits>

namespace qcs {

/// The names of an enumeration's values on command lines and in files. Specialise it with `kWhat`, what a value is
/// called in messages, and `kNames`, in the order of the values, which count from 0.
template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires {
  { EnumNames<E>::kWhat } -> std::convertible_to<std::string_view>;
  { EnumNames<E>::kNames[0] } -> std::convertible_to<std::string_view>;
};

/// The name of a value.
template <NamedEnum E>
constexpr std::string_view name_of(E value) {
  return EnumNames<E>::kNames.at(static_cast<std::size_t>(value));
}

/// The value called `name`, if there is one.
template <NamedEnum E>
constexpr std::optional<E> find_enum(std::string_view name) {
  for (std::size_t i = 0; i < EnumNames<E>::kNames.size(); ++i)
    if (EnumNames<E>::kNames[i] == name) return static_cast<E>(i);
  return std::nullopt;
}

/// The value called `name`; throws ConfigError listing the known names.
template <NamedEnum E>
E enum_of(std::string_view name) {
  if (const auto value = find_enum<E>(name)) return *value;
  throw ConfigError(fmt::format("unknown {} `{}`, expected one of {}", EnumNames<E>::kWhat, name,
                                fmt::join(EnumNames<E>::kNames, ", ")));
}

}  // namespace qcs
