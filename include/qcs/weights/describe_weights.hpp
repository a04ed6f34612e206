// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <qcs/weights/name_mapping.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// The published names of a file's tensors. Files of this library's own networks have them, and are never renamed.
inline NameMapping published_names_of(const WeightFile& file) {
  const bool own = file.metadata.contains("architecture") &&
                   std::ranges::any_of(file.tensors, [](const auto& named) { return is_published_name(named.first); });
  return own ? keep_names(file.tensors) : map_to_published_names(file.tensors);
}

/// What the weights of a file belong to, in a few words: the architecture that a qcs file names, else what the names
/// and shapes of the tensors tell.
inline std::string describe_weights(const WeightFile& file) {
  if (const auto named = file.metadata.find("architecture"); named != file.metadata.end()) return named->second;
  bool gate = false, cross = false, base = false, ir50 = false, backbone = false;
  std::int64_t classes = 0;
  const auto names = published_names_of(file).names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& name = names[i];
    const auto& tensor = file.tensors[i].second;
    gate = gate || name == "cross_attention_1.theta";
    cross = cross || name.starts_with("VIT_cross.");
    base = base || name.starts_with("VIT_base.");
    backbone = backbone || name.starts_with("ir_back.");
    ir50 = ir50 || name.ends_with("body3.13.res_layer.0.weight");
    if (name == "VIT_base.head.linear.weight" && tensor.dim() == 2) classes = tensor.size(0);
  }
  if (!base && ir50) return "an ir50 backbone alone";
  if (!base)
    return fmt::format("{} tensors of another kind, the first of them {}", file.tensors.size(),
                       file.tensors.empty() ? "none" : file.tensors.front().first);
  const auto* model = gate ? "QCS" : cross ? "DCS" : "a base branch";
  return fmt::format("{} backbone={} classes={}", model, ir50 ? "ir50" : backbone ? "another" : "none", classes);
}

}  // namespace qcs
