// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/infer/explain/tuple_explainer.hpp>
#include <qcs/infer/load_engine.hpp>
#include <qcs/presets/with_network_of.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/weight_file.hpp>

namespace qcs {

/// The explainer of the published network that a card describes: QCS or DCS, with either form of residual, on a
/// backbone of the library. Throws ConfigError for a card that names no network or another one; see
/// TupleExplainer::load.
inline TupleExplainer load_tuple_explainer(const WeightFile& file, const Card& card) {
  if (!card.architecture)
    throw ConfigError(
        fmt::format("{} does not say of which network it is; --dataset and --model do, in C++ its type, "
                    "qcs::TupleExplainer::load<qcs::QcsNetwork<>>(file, card)",
                    file.path.string()));
  return with_network_of(*card.architecture, [&]<class Net>() { return TupleExplainer::load<Net>(file, card); });
}

/// Reads a whole checkpoint of this library, such as best.pt. Throws CheckpointError for a file without a card, and as
/// above.
inline TupleExplainer load_tuple_explainer(const std::filesystem::path& path) {
  const auto file = read_weight_file(path);
  return load_tuple_explainer(file, require_card(file, "see qcs::TupleExplainer::load"));
}

}  // namespace qcs
