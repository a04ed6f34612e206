// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <string_view>

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

/// The one place where names become a type: calls `visit.operator()<Net>()` with the network published for `Dataset` under
/// the model name "QCS" or "DCS", on the backbone "ir50" or "small", and returns its result. Throws ConfigError on
/// another name.
template <class Dataset>
auto with_network(std::string_view model, std::string_view backbone, auto&& visit) {
  const auto with_backbone = [&]<class Backbone>() {
    if (model == Quadruplet::kName) return visit.template operator()<QcsNetwork<Backbone>>();
    if (model == Dual::kName) {
      return visit.template
      operator()<Network<Backbone, CrossSimilarityHead<typename Dataset::DcsResidual>, Dual>>();
    }
    throw ConfigError(fmt::format("unknown model `{}`, expected {} or {}", model, Quadruplet::kName, Dual::kName));
  };
  if (backbone == Ir50::kName) return with_backbone.template operator()<Ir50>();
  if (backbone == SmallBackbone::kName) return with_backbone.template operator()<SmallBackbone>();
  throw ConfigError(fmt::format("unknown backbone `{}`, expected {} or {}", backbone, Ir50::kName, SmallBackbone::kName));
}

}  // namespace qcs
