// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/model/backbone/backbone.hpp>
#include <qcs/model/branch_execution.hpp>
#include <qcs/model/concepts.hpp>

namespace qcs {

/// Values of a network; the graph itself is in its type. The defaults are those of QCS on RAF-DB.
struct NetworkOptions {
  std::int64_t classes = 7;
  double base_dropout = 0;             ///< dropout probability of the base transformer
  double cross_dropout = 0;            ///< dropout probability of the cross transformer
  bool drop_attention_output = false;  ///< apply them after the attention's output projection, too
  std::int64_t cross_depth = 1;        ///< transformer blocks of the cross classifier
  BranchExecution execution = BranchExecution::kTogether;
  std::optional<TransformerShape> transformer = {};  ///< default: transformer_for<Backbone>
};

/// Returns the options as they are, or throws ConfigError naming a value out of its range.
template <class Backbone>
NetworkOptions validated(const NetworkOptions& o) {
  const TransformerShape t = o.transformer.value_or(transformer_for<Backbone>);
  if (o.classes < 2) throw ConfigError(fmt::format("a network needs at least 2 classes, got {}", o.classes));
  if (t.width < 1 || t.heads < 1 || t.width % t.heads != 0)
    throw ConfigError(fmt::format("token width {} is not a multiple of {} attention heads", t.width, t.heads));
  if (!(t.initial_weight_deviation > 0)) throw ConfigError("initial weights need a deviation above 0");
  if (t.base_depth < 1 || o.cross_depth < 1) throw ConfigError("transformer depths must be at least 1");
  for (const double p : {o.base_dropout, o.cross_dropout})
    if (!(p >= 0 && p < 1)) throw ConfigError(fmt::format("dropout probability {} is outside [0, 1)", p));
  return o;
}

}  // namespace qcs
