// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/named_types.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/backbone/compact.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <string_view>

namespace qcs {

/// Backbones to choose from by name: `Backbones<Ir50, Mine>`.
template <class... B>
struct Backbones : NamedTypes<B...> {
  static_assert((CheckedBackbone<B>::kValid && ...));
};

/// Those of this library.
using ShippedBackbones = Backbones<Ir50, SmallBackbone, CompactBackbone>;

/// Calls `visit.operator()<Backbone>()` with the backbone of a list that is called `name` and returns its result.
/// Throws ConfigError on another name.
template <class... B>
auto with_backbone(Backbones<B...> list, std::string_view name, auto&& visit) {
  return list.visit("backbone", name, visit);
}

}  // namespace qcs
