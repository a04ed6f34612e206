// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace qcs {

/// The present name of a tensor that older published files call otherwise: the first names of the pyramid's layers.
/// None for another name.
inline std::optional<std::string> present_name(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRenamed{
      {{"embed_1.", "embed_q."}, {"embed_2.", "embed_k."}, {"embed_3.", "embed_v."}}};
  for (const auto& [older, present] : kRenamed)
    if (name.starts_with(older)) return std::string(present).append(name.substr(older.size()));
  return std::nullopt;
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

namespace detail {

inline bool starts_with_any(std::string_view name, const auto& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace detail

/// Whether a tensor belongs to the base branch, which is the whole network at inference.
inline bool of_base_branch(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kParts{"ir_back.", "VIT_base.", "embed_q.", "embed_k.",
                                                          "embed_v.", "conv1.",    "conv2.",   "conv3."};
  return detail::starts_with_any(name, kParts);
}

/// Whether a tensor stands under a name of the published networks, or of an IR-50 alone.
inline bool is_published_name(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kOthers{
      "VIT_cross.", "cross_attention_", "fusion.", "input_layer.", "body1.", "body2.", "body3.", "output_layer."};
  return of_base_branch(name) || detail::starts_with_any(name, kOthers);
}

}  // namespace qcs
