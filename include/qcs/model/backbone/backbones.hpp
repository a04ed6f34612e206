// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/concepts.hpp>
#include <string_view>
#include <utility>

namespace qcs {

/// Backbones to choose from by name.
template <BackbonePolicy First, BackbonePolicy... Others>
struct Backbones {
  static constexpr std::array<std::string_view, 1 + sizeof...(Others)> kNames{First::kName, Others::kName...};
};

/// Those of this library.
using ShippedBackbones = Backbones<Ir50, SmallBackbone>;

/// Calls `visit.operator()<Backbone>()` with the backbone of a list that is called `name` and returns its result.
/// Throws ConfigError on another name.
template <BackbonePolicy First, BackbonePolicy... Others>
auto with_backbone(Backbones<First, Others...> list, std::string_view name, auto&& visit) {
  using Result = decltype(visit.template operator()<First>());
  std::optional<Result> result;
  const auto try_one = [&]<class Backbone>() {
    if (name != Backbone::kName) return false;
    result.emplace(visit.template operator()<Backbone>());
    return true;
  };
  if (!(try_one.template operator()<First>() || ... || try_one.template operator()<Others>()))
    throw ConfigError(fmt::format("unknown backbone `{}`, expected {}", name, fmt::join(list.kNames, " or ")));
  return std::move(*result);
}

}  // namespace qcs
