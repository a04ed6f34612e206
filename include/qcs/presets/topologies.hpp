// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <string_view>

namespace qcs {

/// Calls `visit.operator()<Topology>()` with the topology published as `model`, "QCS" or "DCS", and returns its result.
/// Throws ConfigError on another name.
auto with_topology(std::string_view model, auto&& visit) {
  if (model == Quadruplet::kName) return visit.template operator()<Quadruplet>();
  if (model == Dual::kName) return visit.template operator()<Dual>();
  throw ConfigError(fmt::format("unknown model `{}`, expected {} or {}", model, Quadruplet::kName, Dual::kName));
}

}  // namespace qcs
