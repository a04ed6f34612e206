// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/weights/name_mapping.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// How the tensors of a file met those of a module, by the module's names.
struct KeyReport {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;     ///< in the module, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the module
  std::vector<std::string> unused;      ///< in the file, of a module that the public code builds and never uses
  std::vector<std::string> uncounted;   ///< counters of batches, which files from before PyTorch 0.4.1 do not have
  std::vector<std::string> mismatched;  ///< "NAME has shape A, expected B"
  std::vector<std::string> notes;       ///< how names were changed; why they may not fit

  bool exact() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }

  /// "A loaded, B missing (first names), ...", one part for each kind that occurs.
  std::string text(std::size_t shown = 4) const {
    const auto part = [&](std::string_view kind, const std::vector<std::string>& names, bool list) {
      std::string out = fmt::format(", {} {}", names.size(), kind);
      if (!list) return out;
      const std::vector<std::string> first(names.begin(),
                                           names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size())));
      return out + fmt::format(" ({}{})", fmt::join(first, "; "), names.size() > shown ? "; ..." : "");
    };
    std::string all = fmt::format("{} loaded", loaded.size());
    if (!missing.empty()) all += part("missing", missing, true);
    if (!unexpected.empty()) all += part("unexpected", unexpected, true);
    if (!mismatched.empty()) all += part("of another shape", mismatched, true);
    if (!unused.empty()) all += part("unused by design", unused, false);
    for (const auto& note : notes) all += "; " + note;
    return all;
  }
};

/// Whether a file may leave tensors out or bring others.
enum class Matching { kStrict, kPartial };

/// What load_weights looks at.
struct LoadOptions {
  Matching matching = Matching::kStrict;
  std::string_view prefix = "";  ///< only tensors under it ("ir_back."), for a module that stands under it in the file
  /// Only tensors whose names, as the module has them, are of this part, on both sides; empty: all.
  std::function<bool(std::string_view)> part = {};
  bool exact_names = false;  ///< names of the file are those of the module: nothing is taken off or renamed
  /// Further tensors of a file that the module leaves out by design, beside those of unused_by_design().
  std::function<bool(std::string_view)> unused = {};
};

namespace detail {

using TensorsByName = std::map<std::string, torch::Tensor, std::less<>>;

inline TensorsByName by_name(const io::NamedTensors& tensors) { return {tensors.begin(), tensors.end()}; }

/// Batch normalisation counts its batches only to weigh them evenly, which no network here asks for; PyTorch itself
/// fills the counter in where a file lacks it.
inline bool is_batch_counter(std::string_view name) {
  return name == "num_batches_tracked" || name.ends_with(".num_batches_tracked");
}

}  // namespace detail

/// How the names of a file's tensors become those of `own` tensors, see map_names.
inline NameMapping map_names(const io::NamedTensors& own, const io::NamedTensors& tensors,
                             const LoadOptions& options = {}) {
  if (options.exact_names) return keep_names(tensors);
  return map_names(tensors, [&, known = detail::by_name(own)](std::string_view name) {
    return name.starts_with(options.prefix) && known.contains(name.substr(options.prefix.size()));
  });
}

/// The same for those of a module.
inline NameMapping map_names(const torch::nn::Module& module, const io::NamedTensors& tensors,
                             const LoadOptions& options = {}) {
  return map_names(io::named_tensors(module), tensors, options);
}

/// Which tensors of a file belong to which of one's own.
struct WeightMatches {
  KeyReport report = {};
  std::vector<std::pair<torch::Tensor, torch::Tensor>> pairs = {};  ///< own tensor, tensor of the file, of one shape
};

/// Finds the tensors of a file for one's own by name. Names that do not fit as they are may lose a prefix, see
/// map_names. Strict matching throws CheckpointError with the report unless there is one of the same shape for all,
/// counters of batches excepted, and the file has no other ones but those of `unused_by_design`. Partial matching takes
/// what fits, and the report names the rest.
inline WeightMatches match_weights(const io::NamedTensors& own, const io::NamedTensors& tensors,
                                   const LoadOptions& options = {}) {
  const auto in_part = [&](std::string_view name) { return !options.part || options.part(name); };
  const auto mapping = map_names(own, tensors, options);
  WeightMatches matches;
  auto& report = matches.report;
  report.notes = mapping.changes();
  detail::TensorsByName left;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto name = mapping.names[i];
    if (!name.starts_with(options.prefix) || !in_part(name)) continue;
    name.erase(0, options.prefix.size());
    if (!left.emplace(name, tensors[i].second).second)
      throw CheckpointError(fmt::format("two tensors stand for {}", name));
  }
  for (const auto& [name, target] : own) {
    if (!in_part(std::string(options.prefix).append(name))) continue;
    const auto found = left.find(name);
    if (found == left.end()) {
      (detail::is_batch_counter(name) ? report.uncounted : report.missing).push_back(name);
      continue;
    }
    if (found->second.sizes() == target.sizes()) {
      matches.pairs.emplace_back(target, found->second);
      report.loaded.push_back(name);
    } else {
      report.mismatched.push_back(fmt::format("{} has shape ({}), expected ({})", name,
                                              fmt::join(found->second.sizes(), ", "), fmt::join(target.sizes(), ", ")));
    }
    left.erase(found);
  }
  for (const auto& [name, tensor] : left)
    (unused_by_design(name) || (options.unused && options.unused(name)) ? report.unused : report.unexpected)
        .push_back(name);
  if (!report.uncounted.empty())
    report.notes.push_back(fmt::format("{} counters of batches are not in the file", report.uncounted.size()));
  if (!report.missing.empty() && !report.unexpected.empty() && !options.exact_names) {
    const auto hint = describe_partial_prefix(
        tensors, [known = detail::by_name(own)](std::string_view name) { return known.contains(name); });
    if (!hint.empty()) report.notes.push_back(hint);
  }
  if (options.matching == Matching::kStrict && !report.exact()) throw CheckpointError(report.text());
  return matches;
}

/// Copies tensors into a module's parameters and buffers by name, see match_weights, converted to the module's dtypes
/// and device. If it throws, the module is left as it was.
inline KeyReport load_weights(torch::nn::Module& module, const io::NamedTensors& tensors,
                              const LoadOptions& options = {}) {
  auto matches = match_weights(io::named_tensors(module), tensors, options);
  const torch::NoGradGuard no_grad;
  for (auto& [target, value] : matches.pairs) target.copy_(value);
  return std::move(matches.report);
}

}  // namespace qcs
