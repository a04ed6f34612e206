// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/text/or_list.hpp>
#include <qcs/model/backbone/compact.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::program {

/// What help texts say of a type behind its name; nothing unless it is specialised.
template <class T>
inline constexpr std::string_view choice_remark = "";
template <>
inline constexpr std::string_view choice_remark<Ir50> = "as published";
template <>
inline constexpr std::string_view choice_remark<SmallBackbone> = "trains from scratch on a CPU";
template <>
inline constexpr std::string_view choice_remark<CompactBackbone> = "the shipped network's, likewise";

/// The help text of an option that takes a name of a list, such as Backbones<...>: "ir50 (default, as published) or
/// small (trains from scratch on a CPU)".
template <template <class...> class List, class... T>
std::string choice_help(List<T...> /*list*/) {
  std::vector<std::string> choices;
  const auto add = [&](std::string_view name, std::string_view remark) {
    std::string words = choices.empty() ? "default" : "";
    if (!words.empty() && !remark.empty()) words += ", ";
    words += remark;
    choices.push_back(std::string(name) + (words.empty() ? "" : " (" + words + ")"));
  };
  (add(T::kName, choice_remark<T>), ...);
  return or_list(choices);
}

}  // namespace qcs::program
