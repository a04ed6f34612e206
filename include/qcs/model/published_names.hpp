// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace qcs {

/// The name that a tensor of a published file has in this library: without the prefix `module.` of DataParallel, and
/// with the first names of the pyramid's layers (the public code has both).
inline std::string library_name(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRenamed{
      {{"embed_1.", "embed_q."}, {"embed_2.", "embed_k."}, {"embed_3.", "embed_v."}}};
  if (name.starts_with("module.")) name.remove_prefix(7);
  for (const auto& [other, ours] : kRenamed)
    if (name.starts_with(other)) return std::string(ours).append(name.substr(other.size()));
  return std::string(name);
}

/// Whether a tensor (by its name here) belongs to a module that the public code builds and never uses, and that this
/// library leaves out: the recognition head of the IR-50, parts of each transformer, and the fusion head of DCS on
/// AffectNet-8.
inline bool unused_by_design(std::string_view name) {
  if (name.starts_with("ir_back.")) name.remove_prefix(8);
  if (name.starts_with("output_layer.") || name.starts_with("fusion.")) return true;
  if (!name.starts_with("VIT_base.") && !name.starts_with("VIT_cross.")) return false;
  const auto part = name.substr(name.find('.') + 1);
  static constexpr std::array<std::string_view, 5> kParts{"patch_embed.", "CON1.", "IRLinear1.", "IRLinear2.",
                                                          "eca_block."};
  for (const auto unused : kParts)
    if (part.starts_with(unused)) return true;
  // blocks.N.conv.*
  if (!part.starts_with("blocks.")) return false;
  const auto block = part.substr(7);
  return block.substr(block.find('.') + 1).starts_with("conv.");
}

/// Whether a tensor belongs to the base branch, which is the whole network at inference.
inline bool of_base_branch(std::string_view library_name) {
  return std::ranges::any_of(
      std::array<std::string_view, 6>{"ir_back.", "VIT_base.", "embed_", "conv1.", "conv2.", "conv3."},
      [&](std::string_view prefix) { return library_name.starts_with(prefix); });
}

}  // namespace qcs
