// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/named_types.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <string_view>

namespace qcs {

/// Branch topologies to choose from by name: `Topologies<Dual, Ring>`.
template <class... T>
struct Topologies : NamedTypes<T...> {
  static_assert((CheckedTopology<T>::kValid && ...));
};

/// Those of the paper (Wang et al., AAAI 2025): QCS and DCS.
using PublishedTopologies = Topologies<Quadruplet, Dual>;

/// Calls `visit.operator()<Topology>()` with the topology of a list that is called `name` and returns its result.
/// Throws ConfigError on another name.
template <class... T>
auto with_topology(Topologies<T...> list, std::string_view name, auto&& visit) {
  return list.visit("model", name, visit);
}

/// The same with the topology published as `model`, "QCS" or "DCS".
auto with_topology(std::string_view model, auto&& visit) { return with_topology(PublishedTopologies(), model, visit); }

}  // namespace qcs
