// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/model/network.hpp>
#include <qcs/presets/topologies.hpp>
#include <string_view>
#include <type_traits>

namespace qcs {

/// QCS, four branches (Wang et al., AAAI 2025).
template <BackbonePolicy Backbone = Ir50>
using QcsNetwork = Network<Backbone, CrossSimilarityHead<NormedResidual>, Quadruplet>;

/// DCS, two branches, as published for RAF-DB and AffectNet-7.
template <BackbonePolicy Backbone = Ir50>
using DcsNetwork = Network<Backbone, CrossSimilarityHead<NormedResidual>, Dual>;

/// DCS with pre-norm residuals, as published for FERPlus and AffectNet-8.
template <BackbonePolicy Backbone = Ir50>
using DcsPreNormNetwork = Network<Backbone, CrossSimilarityHead<PreNormResidual>, Dual>;

namespace detail {

/// The residual form of DCS on a data set; that of RAF-DB where the data set names none.
template <class Dataset>
struct DcsResidualOf {
  using Type = NormedResidual;
};
template <class Dataset>
requires requires { typename Dataset::DcsResidual; }
struct DcsResidualOf<Dataset> {
  using Type = typename Dataset::DcsResidual;
};

}  // namespace detail

/// The network published for `Dataset` with branch topology `Topology`: DCS comes in two residual forms.
template <class Dataset, class Backbone, class Topology>
using PublishedNetwork =
    std::conditional_t<std::same_as<Topology, Dual>,
                       Network<Backbone, CrossSimilarityHead<typename detail::DcsResidualOf<Dataset>::Type>, Dual>,
                       Network<Backbone, CrossSimilarityHead<NormedResidual>, Topology>>;

/// Calls `visit.operator()<Backbone>()` with the backbone called `name`, "ir50", "small" or "compact", and returns its
/// result. Throws ConfigError on another name.
auto with_backbone(std::string_view name, auto&& visit) { return with_backbone(ShippedBackbones(), name, visit); }

/// Where names become a network type: calls `visit.operator()<Net>()` with the network of the topology called `model`
/// on the backbone called `backbone` and returns its result. `NetworkFor<Dataset, Backbone, Topology>` is the network's
/// type. Throws ConfigError on unknown names.
template <class Dataset, class BackboneList = ShippedBackbones, class TopologyList = PublishedTopologies,
          template <class, class, class> class NetworkFor = PublishedNetwork>
auto with_network(std::string_view model, std::string_view backbone, auto&& visit) {
  return with_topology(TopologyList(), model, [&]<class Topology>() {
    return with_backbone(BackboneList(), backbone, [&]<class Backbone>() {
      return visit.template operator()<NetworkFor<Dataset, Backbone, Topology>>();
    });
  });
}

}  // namespace qcs
