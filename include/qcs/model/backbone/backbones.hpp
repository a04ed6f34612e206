// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/named_types.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/concepts.hpp>
#include <string_view>

namespace qcs {

/// Backbones to choose from by name: `Backbones<Ir50, Mine>`.
template <class... B>
struct Backbones : NamedTypes<B...> {
  static_assert((BackbonePolicy<B> && ...),
                "qcs list: a type in Backbones<...> is no backbone; docs/policies/backbone.md has what it needs");
};

/// Those of this library.
using ShippedBackbones = Backbones<Ir50, SmallBackbone>;

/// Calls `visit.operator()<Backbone>()` with the backbone of a list that is called `name` and returns its result.
/// Throws ConfigError on another name.
template <class... B>
auto with_backbone(Backbones<B...> list, std::string_view name, auto&& visit) {
  return list.visit("backbone", name, visit);
}

}  // namespace qcs
