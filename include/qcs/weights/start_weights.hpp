// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/model/network.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/label_metadata.hpp>
#include <qcs/weights/load_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// What a network takes of a file of weights that it starts from.
enum class StartPart {
  kBackbone,
  kAll,       ///< must fit wholly
  kMatching,  ///< what fits
};

template <>
struct EnumNames<StartPart> {
  static constexpr std::string_view kWhat = "part";
  static constexpr std::array<std::string_view, 3> kNames{"backbone", "all", "matching"};
};

/// Loads all weights of a network from a file. Throws CheckpointError that names the file, what it holds and what was
/// expected.
template <class Net>
KeyReport load_network(Net& network, const WeightFile& file, const LoadOptions& options = {}) {
  const auto held = describe_weights(file), built = network->architecture().text();
  const auto mismatch = [&](std::string_view why) {
    return CheckpointError(fmt::format("{} holds {}; this run builds {}{}", file.path.string(), held, built, why));
  };
  const bool whole = options.matching == Matching::kStrict && !options.part;
  if (whole && file.metadata.contains("architecture") && held != built) throw mismatch("");
  try {
    return load_weights(*network, file.tensors, options);
  } catch (const CheckpointError& error) {
    throw mismatch(fmt::format(": {}", error.what()));
  }
}

/// Loads the backbone's weights and statistics from the file of a whole network, whatever its model, or of a backbone
/// alone (ir50.pth). Tensors for which the backbone has a `static bool unused_tensor(std::string_view name)` that says
/// so are left out. Throws CheckpointError if they do not fit.
template <class Net>
KeyReport load_backbone(Net& network, const WeightFile& file) {
  auto& backbone = *network->named_children()["ir_back"];
  using Backbone = typename Net::ContainedType::BackboneType;
  LoadOptions within_network{.prefix = "ir_back."}, alone{};
  if constexpr (requires { Backbone::unused_tensor(std::string_view()); })
    within_network.unused = alone.unused = [](std::string_view name) { return Backbone::unused_tensor(name); };
  const bool whole = map_names(backbone, file.tensors, within_network).matched >=
                     std::max<std::size_t>(1, map_names(backbone, file.tensors, alone).matched);
  try {
    return load_weights(backbone, file.tensors, whole ? within_network : alone);
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{} holds {}; its backbone is not {}: {}", file.path.string(),
                                      describe_weights(file), Backbone::kName, error.what()));
  }
}

namespace detail {

inline std::vector<std::string> named_notes(const std::filesystem::path& file, const std::vector<std::string>& notes) {
  std::vector<std::string> named;
  for (const auto& note : notes) named.push_back(fmt::format("{}: {}", file.string(), note));
  return named;
}

}  // namespace detail

/// Starts a network from a file of weights. Returns what people should know of it: what was taken, left and renamed.
/// Throws CheckpointError, or ConfigError if class heads of another label space than `labels` were taken.
template <class Net>
std::vector<std::string> start_from_weights(Net& network, const std::filesystem::path& path, StartPart part,
                                            const Labels& labels, const WeightFileOptions& reading = {}) {
  const auto file = read_weight_file(path, reading);
  const auto report = part == StartPart::kBackbone ? load_backbone(network, file)
                      : part == StartPart::kAll    ? load_network(network, file)
                                                   : load_network(network, file, {.matching = Matching::kPartial});
  if (report.loaded.empty())
    throw CheckpointError(fmt::format("{} has no tensor that fits this network: {}", path.string(), report.text()));
  const bool heads =
      std::ranges::any_of(report.loaded, [](const auto& name) { return name.find(".head.") != std::string::npos; });
  if (const auto named = find_labels(file.metadata); heads && named)
    require_same_labels(*named, path.string(), labels, "this run");
  auto notes = detail::named_notes(path, file.notes);
  notes.push_back(fmt::format("{}: {}", path.string(), report.text()));
  return notes;
}

/// Loads what evaluation needs: a whole network, which must be the one of this run, or a base branch alone, whatever
/// model it comes from. Returns what was changed to make names fit. Throws CheckpointError like load_network,
/// ConfigError if the file's label space is not `labels`.
template <class Net>
std::vector<std::string> load_for_evaluation(Net& network, const std::filesystem::path& path, const Labels& labels,
                                             const WeightFileOptions& reading = {}) {
  const auto file = read_weight_file(path, reading);
  const auto names = map_names(*network, file.tensors).names;
  const auto of_base = [&](std::string_view name) { return network->is_base_tensor(name); };
  const bool base_alone =
      std::ranges::all_of(names, [&](const auto& name) { return of_base(name) || unused_by_design(name); });
  LoadOptions options;
  if (base_alone) options.part = of_base;
  const auto report = load_network(network, file, options);
  if (const auto named = find_labels(file.metadata)) require_same_labels(*named, path.string(), labels, "this run");
  auto notes = detail::named_notes(path, file.notes);
  for (auto& note : detail::named_notes(path, report.notes)) notes.push_back(std::move(note));
  return notes;
}

}  // namespace qcs
