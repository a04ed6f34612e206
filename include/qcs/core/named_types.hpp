// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <qcs/core/error.hpp>
#include <qcs/core/text/or_list.hpp>
#include <string_view>

namespace qcs {

namespace detail {

/// `T::kName`; empty where there is none, which the rules of the type's kind are to say.
template <class T>
constexpr std::string_view name_of_type() {
  if constexpr (requires { std::string_view(T::kName); })
    return T::kName;
  else
    return {};
}

/// A template of two types, so that the compiler names them where they are called the same.
template <class A, class B>
struct NamesDiffer {
  static constexpr bool kValid = name_of_type<A>().empty() || name_of_type<A>() != name_of_type<B>();
  static_assert(kValid,
                "qcs list: two types are called the same; a list is chosen from by name: give each type a kName of its "
                "own, and name it once");
};

template <class... T>
inline constexpr bool kAllNamesDiffer = true;
template <class First, class... Others>
inline constexpr bool kAllNamesDiffer<First, Others...> = (NamesDiffer<First, Others>::kValid && ... &&
                                                           kAllNamesDiffer<Others...>);

}  // namespace detail

/// What lists of types to choose from by `kName` share, such as Backbones<...> and Topologies<...>. The first type is
/// the one that programs take where none is named.
template <class... T>
struct NamedTypes {
  static_assert(sizeof...(T) > 0, "qcs list: a list to choose from is empty; name at least one type");
  static_assert(detail::kAllNamesDiffer<T...>);

  /// In the order of the list.
  static constexpr std::array<std::string_view, sizeof...(T)> kNames{detail::name_of_type<T>()...};

  static constexpr bool contains(std::string_view name) { return std::ranges::find(kNames, name) != kNames.end(); }

  /// Calls `visitor.operator()<Type>()` with the type called `name` and returns its result, of one type for all. Throws
  /// ConfigError on another name: "unknown WHAT `name`, expected ..." with all that are known.
  static auto visit(std::string_view what, std::string_view name, auto&& visitor) {
    return visit_first<T...>(what, name, visitor);
  }

 private:
  template <class First, class... Others>
  static auto visit_first(std::string_view what, std::string_view name, auto& visitor) {
    if (name == detail::name_of_type<First>()) return visitor.template operator()<First>();
    if constexpr (sizeof...(Others) > 0)
      return visit_first<Others...>(what, name, visitor);
    else
      throw ConfigError(fmt::format("unknown {} `{}`, expected {}", what, name, or_list(kNames)));
  }
};

}  // namespace qcs
