// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/presets/networks.hpp>

namespace qcs {

namespace detail {

inline ConfigError unknown_network(const Architecture& a) {
  return ConfigError(fmt::format(
      "no published network is `{}`; it takes a program with the types that it was trained with", a.text()));
}

/// The first of the networks whose topology and head are called so.
template <class Net, class... Others>
auto with_first_fitting(const Architecture& a, auto& visit) {
  using Impl = typename Net::ContainedType;
  if (a.topology == Impl::TopologyType::kName && a.head == Impl::HeadType::name())
    return visit.template operator()<Net>();
  if constexpr (sizeof...(Others) > 0)
    return with_first_fitting<Others...>(a, visit);
  else
    throw unknown_network(a);
}

}  // namespace detail

/// Calls `visit.operator()<Net>()` with the published network that an architecture describes, whatever its sizes, and
/// returns its result. Throws ConfigError for any other network.
auto with_network_of(const Architecture& a, auto&& visit) {
  const bool published =
      a.tokens == Architecture::kPublishedTokens && a.class_head == Architecture::kPublishedClassHead;
  if (!published || !ShippedBackbones::contains(a.backbone)) throw detail::unknown_network(a);
  return with_backbone(a.backbone, [&]<class Backbone>() {
    return detail::with_first_fitting<QcsNetwork<Backbone>, DcsNetwork<Backbone>, DcsPreNormNetwork<Backbone>>(a,
                                                                                                               visit);
  });
}

}  // namespace qcs
