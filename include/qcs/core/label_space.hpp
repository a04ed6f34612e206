// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// The classes of a data set in the order of their labels, as a type: label i means `kClasses[i]`.
template <class L>
concept LabelSpace = requires {
  { L::kName } -> std::convertible_to<std::string_view>;
  { L::kClasses.size() } -> std::convertible_to<std::size_t>;
  { L::kClasses[0] } -> std::convertible_to<std::string_view>;
};

/// RAF-DB's basic expressions (Li et al., CVPR 2017), counted from 0.
struct RafDbLabels {
  static constexpr std::string_view kName = "RAF-DB";
  static constexpr std::array<std::string_view, 7> kClasses{"Surprise", "Fear",  "Disgust", "Happy",
                                                            "Sad",      "Anger", "Neutral"};
};

/// FERPlus (Barsoum et al., ICMI 2016), in the order of its vote columns.
struct FerPlusLabels {
  static constexpr std::string_view kName = "FERPlus";
  static constexpr std::array<std::string_view, 8> kClasses{"Neutral", "Happy",   "Surprise", "Sad",
                                                            "Anger",   "Disgust", "Fear",     "Contempt"};
};

/// AffectNet (Mollahosseini et al., 2019) without Contempt.
struct AffectNet7Labels {
  static constexpr std::string_view kName = "AffectNet-7";
  static constexpr std::array<std::string_view, 7> kClasses{"Neutral", "Happy",   "Sad",  "Surprise",
                                                            "Fear",    "Disgust", "Anger"};
};

/// AffectNet with Contempt as its eighth class.
struct AffectNet8Labels {
  static constexpr std::string_view kName = "AffectNet-8";
  static constexpr std::array<std::string_view, 8> kClasses{"Neutral", "Happy",   "Sad",   "Surprise",
                                                            "Fear",    "Disgust", "Anger", "Contempt"};
};

/// A label space as a value, as it travels with weights, lists and predictions.
struct Labels {
  std::string name;
  std::vector<std::string> classes;

  template <LabelSpace L>
  static Labels of() {
    return {.name = std::string(L::kName), .classes = {L::kClasses.begin(), L::kClasses.end()}};
  }

  /// Classes known by number alone.
  static Labels numbered(std::int64_t count) {
    Labels labels{.name = fmt::format("{} numbered classes", count), .classes = {}};
    for (std::int64_t c = 0; c < count; ++c) labels.classes.push_back(fmt::format("class {}", c));
    return labels;
  }

  /// "RAF-DB (Surprise, Fear, ...)"
  std::string text() const { return fmt::format("{} ({})", name, fmt::join(classes, ", ")); }

  bool operator==(const Labels&) const = default;
};

/// Whether two lists name the same classes in the same order; capitals do not count, as folders and papers differ
/// there.
inline bool same_classes(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(
      a, b, [&](const std::string& x, const std::string& y) { return std::ranges::equal(x, y, {}, lower, lower); });
}

/// Throws ConfigError that names both label spaces unless they list the same classes in the same order.
inline void require_same_labels(const Labels& found, std::string_view found_in, const Labels& expected,
                                std::string_view expected_by) {
  if (same_classes(found.classes, expected.classes)) return;
  throw ConfigError(
      fmt::format("label spaces differ: {} has {}, {} has {}", found_in, found.text(), expected_by, expected.text()));
}

}  // namespace qcs
