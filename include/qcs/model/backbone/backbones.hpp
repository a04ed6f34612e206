// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <qcs/core/error.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/concepts.hpp>
#include <string_view>

namespace qcs {

/// Backbones to choose from by name.
template <BackbonePolicy First, BackbonePolicy... Others>
struct Backbones {
  static constexpr std::array<std::string_view, 1 + sizeof...(Others)> kNames{First::kName, Others::kName...};
};

/// Those of this library.
using ShippedBackbones = Backbones<Ir50, SmallBackbone>;

namespace detail {

template <class All, BackbonePolicy First, BackbonePolicy... Others>
auto visit_backbone(Backbones<First, Others...> /*left*/, std::string_view name, auto&& visit) {
  if (name == First::kName) return visit.template operator()<First>();
  if constexpr (sizeof...(Others) > 0)
    return visit_backbone<All>(Backbones<Others...>(), name, visit);
  else
    throw ConfigError(fmt::format("unknown backbone `{}`, expected {}", name, fmt::join(All::kNames, " or ")));
}

}  // namespace detail

/// Calls `visit.operator()<Backbone>()` with the backbone of a list that is called `name` and returns its result.
/// Throws ConfigError on another name.
template <BackbonePolicy... B>
auto with_backbone(Backbones<B...> list, std::string_view name, auto&& visit) {
  return detail::visit_backbone<Backbones<B...>>(list, name, visit);
}

}  // namespace qcs
