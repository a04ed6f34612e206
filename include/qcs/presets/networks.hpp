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

/// The network published for `Dataset` with branch topology `Topology`: DCS comes in two residual forms.
template <class Dataset, BackbonePolicy Backbone, BranchTopology Topology>
using PublishedNetwork = std::conditional_t<std::same_as<Topology, Dual>,
                                            Network<Backbone, CrossSimilarityHead<typename Dataset::DcsResidual>, Dual>,
                                            Network<Backbone, CrossSimilarityHead<NormedResidual>, Topology>>;

/// Calls `visit.operator()<Backbone>()` with the backbone called `name`, "ir50" or "small", and returns its result.
/// Throws ConfigError on another name.
auto with_backbone(std::string_view name, auto&& visit) { return with_backbone(ShippedBackbones(), name, visit); }

/// Where names become a network type: calls `visit.operator()<Net>()` with the network published for `Dataset` under
/// the model name `model` on the backbone `backbone`, and returns its result. Throws ConfigError on unknown names.
template <class Dataset>
auto with_network(std::string_view model, std::string_view backbone, auto&& visit) {
  return with_topology(model, [&]<class Topology>() {
    return with_backbone(backbone, [&]<class Backbone>() {
      return visit.template operator()<PublishedNetwork<Dataset, Backbone, Topology>>();
    });
  });
}

}  // namespace qcs
