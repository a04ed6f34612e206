// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/model/architecture.hpp>
#include <qcs/weights/card.hpp>
#include <qcs/weights/describe_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <utility>

namespace qcs {

/// Leaves of a file of weights what inference needs: the tensors of the base branch, under their public names, and what
/// is true of that part. Throws ConfigError for a token embedding that is not the published one, since which tensors
/// belong to another one its names do not tell, CheckpointError where no tensor belongs to a base branch.
inline void keep_base_branch(WeightFile& file) {
  const auto found = file.metadata.find("architecture");
  const auto architecture = found == file.metadata.end() ? std::nullopt : Architecture::parse(found->second);
  if (architecture && architecture->tokens != Architecture::kPublishedTokens)
    throw ConfigError(
        fmt::format("{}: its base branch has {} tokens, and which tensors they are its names do not "
                    "tell; take the whole network",
                    file.path.string(), architecture->tokens));
  const auto names = published_names_of(file).names;
  const auto described = describe_weights(file);
  io::NamedTensors kept;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (of_base_branch(names[i]) && !unused_by_design(names[i])) kept.emplace_back(names[i], file.tensors[i].second);
  if (kept.empty())
    throw CheckpointError(
        fmt::format("{}: none of its {} tensors belongs to a base branch", file.path.string(), file.tensors.size()));
  file.tensors = std::move(kept);
  for (const auto* key : {"epoch", "batch", "steps", "seed", "best_epoch", "best_acc", "optimizer", "undone_in_a_row"})
    file.metadata.erase(key);
  if (architecture && !architecture->base_branch_only)
    file.metadata["architecture"] = fmt::format("{}{}", Architecture::kBaseBranch, described);
}

/// Writes the base branch of a file of weights with `card` as safetensors, all that inference needs. With `half`,
/// tensors of two and more dimensions are stored in float16, which halves the file; vectors, the statistics of batch
/// normalisation among them, and all arithmetic stay float32. Throws as keep_base_branch() does, CheckpointError for a
/// weight that float16 cannot hold, Error if the file cannot be written. Returns how many tensors were written.
inline std::size_t write_base_branch(WeightFile file, Card card, const std::filesystem::path& output,
                                     bool half = false) {
  if (card.architecture) card.architecture->base_branch_only = true;
  put_card(file.metadata, card);
  keep_base_branch(file);
  file.metadata["format"] = "pt";
  if (half)
    for (auto& [name, tensor] : file.tensors) {
      if (tensor.dim() < 2 || !tensor.is_floating_point()) continue;
      auto stored = tensor.to(torch::kFloat16);
      if (const auto lost = tensor.isfinite() & ~stored.isfinite(); lost.any().item<bool>())
        throw CheckpointError(fmt::format("{} of {} is too large for float16: {}", name, file.path.string(),
                                          tensor.masked_select(lost)[0].item<double>()));
      tensor = std::move(stored);
    }
  io::write_safetensors(output, file.tensors, file.metadata);
  return file.tensors.size();
}

}  // namespace qcs
