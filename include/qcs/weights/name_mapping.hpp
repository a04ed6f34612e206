// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <qcs/io/named_tensors.hpp>
#include <qcs/weights/published_names.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// What the tensors of a file are called in a module. The only place where names change.
struct NameMapping {
  std::vector<std::string> names;       ///< one for each tensor, in the order of the file
  std::string prefix = {};              ///< stood before all names of the file and was taken off
  std::set<std::string> wrappers = {};  ///< parts such as `_orig_mod` that were left out within names
  std::size_t unwrapped = 0;            ///< names that such a part was left out of
  std::size_t renamed = 0;              ///< older published names that were replaced
  std::size_t matched = 0;              ///< names that the module has

  /// What was changed, in a few words each.
  std::vector<std::string> changes() const {
    std::vector<std::string> texts;
    if (!prefix.empty()) texts.push_back(fmt::format("prefix `{}` taken off", prefix));
    if (!wrappers.empty()) texts.push_back(fmt::format("names taken without `{}`", fmt::join(wrappers, "`, `")));
    if (renamed > 0) texts.push_back(fmt::format("{} older names replaced", renamed));
    return texts;
  }
};

namespace detail {

/// Names of the modules that PyTorch's own wrappers (compile, data-parallel, sharding, checkpointing) put around
/// others.
inline constexpr std::array<std::string_view, 4> kWrapperNames{"_orig_mod", "module", "_fsdp_wrapped_module",
                                                               "_checkpoint_wrapped_module"};

/// `name` without the parts that are wrappers' names; those are added to `wrappers`.
inline std::string without_wrappers(std::string_view name, std::set<std::string>& wrappers) {
  std::string kept;
  for (std::size_t dot; !name.empty(); name.remove_prefix(std::min(dot, name.size() - 1) + 1)) {
    dot = name.find('.');
    const auto part = name.substr(0, dot);
    if (std::ranges::find(kWrapperNames, part) != kWrapperNames.end())
      wrappers.emplace(part);
    else
      kept += fmt::format("{}{}", kept.empty() ? "" : ".", part);
  }
  return kept;
}

/// Maps names from which `prefix` is taken: each that is not wanted as it is becomes one that is, if its older form or
/// wrappers within it are all that keeps it from that.
NameMapping map_with_prefix(const io::NamedTensors& tensors, std::string_view prefix, const auto& is_wanted) {
  NameMapping mapping{.names = {}, .prefix = std::string(prefix)};
  for (const auto& [file_name, tensor] : tensors) {
    const auto plain = file_name.substr(prefix.size());
    std::set<std::string> wrappers;
    const auto unwrapped = without_wrappers(plain, wrappers);
    const auto present = present_name(unwrapped);
    const bool as_it_is = is_wanted(plain), older = !as_it_is && present && is_wanted(*present);
    const bool wrapped =
        !as_it_is && !wrappers.empty() && (older || is_wanted(unwrapped) || unused_by_design(unwrapped));
    if (as_it_is || older || (wrapped && is_wanted(unwrapped))) ++mapping.matched;
    if (older) ++mapping.renamed;
    if (wrapped) ++mapping.unwrapped;
    if (wrapped) mapping.wrappers.merge(wrappers);
    mapping.names.push_back(older ? *present : wrapped ? unwrapped : plain);
  }
  return mapping;
}

inline std::string common_prefix(const io::NamedTensors& tensors) {
  std::string_view common = tensors.empty() ? std::string_view() : tensors.front().first;
  for (const auto& [name, tensor] : tensors)
    common = common.substr(0, static_cast<std::size_t>(std::ranges::mismatch(common, name).in1 - common.begin()));
  return std::string(common);
}

}  // namespace detail

/// Maps the names of a file's tensors to those that `is_wanted(name)` knows. A prefix that stands before all names is
/// taken off where more of them fit without it; of equally good prefixes the shortest counts, so that names which fit
/// stay as they are.
NameMapping map_names(const io::NamedTensors& tensors, const auto& is_wanted) {
  auto best = detail::map_with_prefix(tensors, "", is_wanted);
  const auto common = detail::common_prefix(tensors);
  const auto better = [](const NameMapping& a, const NameMapping& b) {
    return a.matched != b.matched ? a.matched > b.matched : a.unwrapped < b.unwrapped;
  };
  for (std::size_t length = 1; length <= common.size(); ++length) {
    if (best.matched == tensors.size() && best.unwrapped == 0) break;
    auto mapping = detail::map_with_prefix(tensors, std::string_view(common).substr(0, length), is_wanted);
    if (better(mapping, best)) best = std::move(mapping);
  }
  return best;
}

/// The same for files of which no module is at hand: to the names of the published networks.
inline NameMapping map_to_published_names(const io::NamedTensors& tensors) {
  return map_names(tensors, is_published_name);
}

/// Names as they are.
inline NameMapping keep_names(const io::NamedTensors& tensors) {
  NameMapping mapping{.names = {}, .matched = tensors.size()};
  for (const auto& named : tensors) mapping.names.push_back(named.first);
  return mapping;
}

/// For tensors that do not fit: says so where many would without a prefix that some names lack. Empty otherwise.
inline std::string describe_partial_prefix(const io::NamedTensors& tensors, const auto& is_wanted) {
  std::map<std::string, std::size_t> fitting;
  for (const auto& [name, tensor] : tensors)
    for (auto dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
      if (is_wanted(name.substr(dot + 1))) ++fitting[name.substr(0, dot + 1)];
  const auto best = std::ranges::max_element(fitting, {}, [](const auto& entry) { return entry.second; });
  if (best == fitting.end() || 2 * best->second < tensors.size()) return {};
  std::vector<std::string> without;
  for (const auto& [name, tensor] : tensors)
    if (!name.starts_with(best->first)) without.push_back(name);
  if (without.empty()) return {};
  const auto shown = std::min<std::size_t>(without.size(), 4);
  return fmt::format("{} of its {} names would fit without the prefix `{}`, but not all have it: {}{}", best->second,
                     tensors.size(), best->first,
                     fmt::join(without.begin(), without.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                     shown < without.size() ? ", ..." : "");
}

}  // namespace qcs
