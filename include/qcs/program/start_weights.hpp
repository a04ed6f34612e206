// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <qcs/core/error.hpp>
#include <qcs/core/random.hpp>
#include <qcs/model/network.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/label_metadata.hpp>
#include <qcs/weights/load_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <string_view>

namespace qcs::program {

/// A freshly initialised network, a pure function of recipe, class count and seed.
template <class Net>
Net make_network(const Recipe& recipe, std::int64_t classes, std::uint64_t seed) {
  torch::manual_seed(derive_seed(seed, static_cast<std::uint64_t>(Purpose::kNetwork)));
  return Net(NetworkOptions{.classes = classes,
                            .base_dropout = recipe.base_dropout,
                            .cross_dropout = recipe.cross_dropout,
                            .drop_attention_output = recipe.drop_attention_output});
}

/// Loads all weights of a network from a file. Throws CheckpointError that names the file, what it holds and what was
/// expected.
template <class Net>
KeyReport load_network(Net& network, const WeightFile& file, const LoadOptions& options = {}) {
  const auto held = describe_weights(file);
  const auto mismatch = [&](std::string_view why) {
    return CheckpointError(
        fmt::format("{} holds {}; this run builds {}{}", file.path.string(), held, network->architecture(), why));
  };
  const bool whole = options.matching == Matching::kStrict && !options.base_branch;
  if (whole && file.metadata.contains("architecture") && held != network->architecture()) throw mismatch("");
  try {
    return load_weights(*network, file.tensors, options);
  } catch (const CheckpointError& error) {
    throw mismatch(fmt::format(": {}", error.what()));
  }
}

/// Loads the backbone's weights and statistics from the file of a whole network, whatever its model, or of a backbone
/// alone (ir50.pth). Throws CheckpointError if they do not fit.
template <class Net>
KeyReport load_backbone(Net& network, const WeightFile& file) {
  auto& backbone = *network->named_children()["ir_back"];
  const LoadOptions within_network{.prefix = "ir_back."}, alone{};
  const bool whole = map_names(backbone, file.tensors, within_network).matched >=
                     std::max<std::size_t>(1, map_names(backbone, file.tensors, alone).matched);
  try {
    return load_weights(backbone, file.tensors, whole ? within_network : alone);
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{} holds {}; its backbone is not {}: {}", file.path.string(),
                                      describe_weights(file), Net::ContainedType::BackboneType::kName, error.what()));
  }
}

/// Prints what a user should know of a file that was read.
inline void print_notes(const WeightFile& file) {
  for (const auto& note : file.notes) say("{}: {}\n", file.path.string(), note);
}

/// Starts a network from the file `run.pretrained`, as `run.pretrained_part` says, and prints what was taken. Throws
/// CheckpointError, or ConfigError if class heads of another label space than `labels` were taken.
template <class Net>
void load_pretrained(Net& network, const RunOptions& run, const Labels& labels) {
  const auto file = read_weight_file(run.pretrained, run.weight_file);
  print_notes(file);
  const auto report = run.pretrained_part == "backbone" ? load_backbone(network, file)
                      : run.pretrained_part == "all"    ? load_network(network, file)
                                                        : load_network(network, file, {.matching = Matching::kPartial});
  if (report.loaded.empty())
    throw CheckpointError(
        fmt::format("{} has no tensor that fits this network: {}", run.pretrained.string(), report.text()));
  const bool heads =
      std::ranges::any_of(report.loaded, [](const auto& name) { return name.find(".head.") != std::string::npos; });
  if (const auto named = find_labels(file.metadata); heads && named)
    require_same_labels(*named, run.pretrained.string(), labels, "this run");
  say("{}: {}\n", run.pretrained.string(), report.text());
}

/// Loads what evaluation needs: a whole network, which must be the one of this run, or a base branch alone, whatever
/// model it comes from. Prints what was changed to make names fit. Throws CheckpointError like load_network,
/// ConfigError if the file's label space is not `labels`.
template <class Net>
void load_for_evaluation(Net& network, const RunOptions& run, const Labels& labels) {
  const auto file = read_weight_file(run.evaluate, run.weight_file);
  print_notes(file);
  const auto names = map_names(*network, file.tensors).names;
  const bool base_alone =
      std::ranges::all_of(names, [](const auto& name) { return of_base_branch(name) || unused_by_design(name); });
  const auto report = load_network(network, file, {.base_branch = base_alone});
  for (const auto& note : report.notes) say("{}: {}\n", run.evaluate.string(), note);
  if (const auto named = find_labels(file.metadata))
    require_same_labels(*named, run.evaluate.string(), labels, "this run");
}

}  // namespace qcs::program
