// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <memory>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/head/head.hpp>
#include <qcs/model/network.hpp>
#include <qcs/testing/module_check.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <vector>

namespace qcs::testing {

/// How closely check_head looks.
struct HeadCheckOptions {
  std::int64_t batch = 3;
  std::int64_t width = 16, heads = 2, classes = 5;
  std::vector<std::int64_t> scale_tokens = {4, 4, 4};
  /// Results may depend on batch mates, as those of the published head do.
  ModuleOptions module = {.gradient_in_training = true, .rows_alone = false};
};

namespace detail {

template <class H, TopologyShape T>
void check_head_for(Findings& all, const HeadCheckOptions& o) {
  Findings findings("head", part_name<H>());  // of this topology
  using Module = typename H::template Module<T>;
  HeadOptions values{.transformer = {.width = o.width, .heads = o.heads, .depth = 1, .tokens = 0, .classes = o.classes},
                     .scale_tokens = o.scale_tokens};
  for (const auto count : o.scale_tokens) values.transformer.tokens += count;
  const auto forward = [&findings, o](Module& head, const Tensors& inputs) {
    BranchTensors<T> tokens;
    for (std::size_t b = 0; b < tokens.size(); ++b) tokens[b] = inputs.at(b);
    const HeadOutput<T> out = head.forward(tokens);
    for (const auto& scale : out.maps)
      for (const auto& map : scale)
        findings.require(map.defined() && map.dim() > 0 && map.size(0) == inputs[0].size(0) && is_finite(map),
                         "a map is undefined, not finite or has no row for each sample");
    return Tensors(out.logits.begin(), out.logits.end());
  };
  Tensors inputs;
  std::vector<std::vector<std::int64_t>> shapes(branch_count<T>, {o.batch, o.classes});
  for (std::size_t b = 0; b < branch_count<T>; ++b)
    inputs.push_back(normal({o.batch, values.transformer.tokens, o.width}, 3 + b));
  check_module(findings, module_maker<Module>(forward, values), inputs, shapes, o.module);
  findings.attempt("a network with it", [] {
    const RandomGuard guard;
    Network<SmallBackbone, H, T> network(NetworkOptions{});
    network->gates();
  });
  for (const auto& finding : findings.list()) all.add(fmt::format("for topology {}, {}", T::kName, finding));
}

}  // namespace detail

/// Checks a head for each of the topologies named (default Dual and Quadruplet): as check_module does, the tokens of
/// all branches, (B, tokens, width) each, -> logits (B, classes) of each; its maps, if there are any; and that a
/// network takes it beside its other parts. Throws CheckError with everything that is wrong.
template <class H, TopologyShape... Topologies>
void check_head(const HeadCheckOptions& options = {}) {
  if constexpr (sizeof...(Topologies) == 0) {
    check_head<H, Dual, Quadruplet>(options);
  } else {
    static_assert((CheckedHead<H, Topologies>::kValid && ...));
    if constexpr ((HeadPolicy<H, Topologies> && ...)) {
      Findings findings("head", part_name<H>());
      check_name<H>(findings);
      (detail::check_head_for<H, Topologies>(findings, options), ...);
      findings.throw_if_any();
    }
  }
}

}  // namespace qcs::testing
