// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstddef>
#include <optional>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/train/recipe_fields.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace qcs {

namespace detail {

inline std::string field_text(bool value) { return value ? "yes" : "no"; }
inline std::string field_text(NamedEnum auto value) { return std::string(name_of(value)); }
inline std::string field_text(const std::array<float, 3>& values) { return fmt::format("{}", fmt::join(values, " ")); }
template <class Number>
requires std::is_arithmetic_v<Number> std::string field_text(Number value) { return fmt::format("{}", value); }
template <class T>
std::string field_text(const std::optional<T>& value) {
  return value ? field_text(*value) : "default";
}

inline bool read_field(std::string_view text, bool& value) {
  value = text == "yes";
  return value || text == "no";
}
inline bool read_field(std::string_view text, NamedEnum auto& value) {
  const auto found = find_enum<std::remove_cvref_t<decltype(value)>>(text);
  if (found) value = *found;
  return found.has_value();
}
template <class Number>
requires std::is_arithmetic_v<Number>
bool read_field(std::string_view text, Number& value) {
  const auto found = parse_number<Number>(text);
  if (found) value = *found;
  return found.has_value();
}
inline bool read_field(std::string_view text, std::array<float, 3>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto end = text.find(' ');
    if ((end == std::string_view::npos) != (i + 1 == values.size())) return false;
    if (!read_field(text.substr(0, end), values[i])) return false;
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return true;
}
template <class T>
bool read_field(std::string_view text, std::optional<T>& value) {
  if (text == "default") return value.reset(), true;
  return read_field(text, value.emplace());
}

}  // namespace detail

/// Every value of a recipe, and of a step's options, as text, by the names of visit_fields: what files hold.
template <class StepOptions = NoOptions>
NamedValues named_values(const Recipe& recipe, const StepOptions& step = {}) {
  NamedValues values;
  visit_fields(recipe, step, [&](const RecipeField& field, const auto& value) {
    values.emplace_back(field.name, detail::field_text(value));
  });
  return values;
}

/// What people want to read of them: the same without values that are as usual or told elsewhere.
template <class StepOptions = NoOptions>
NamedValues describe(const Recipe& recipe, const StepOptions& step = {}) {
  const auto usual = named_values(Recipe{}, StepOptions{});
  NamedValues values;
  visit_fields(recipe, step, [&](const RecipeField& field, const auto& value) {
    auto text = detail::field_text(value);
    if (field.told == Told::kAlways || (field.told == Told::kIfUnusual && text != *find_value(usual, field.name)))
      values.emplace_back(field.name, std::move(text));
  });
  return values;
}

/// The recipe that named_values() wrote. A value that is not named, as in files of older versions, is the default.
/// Throws ConfigError naming every text that is none of its value's.
inline Recipe recipe_of(const NamedValues& values) {
  Recipe recipe;
  std::string faults;
  visit_fields(recipe, [&](const RecipeField& field, auto& value) {
    const auto* text = find_value(values, field.name);
    if (text != nullptr && !detail::read_field(*text, value))
      faults += fmt::format("{}{} cannot be `{}`", faults.empty() ? "" : "; ", field.name, *text);
  });
  if (!faults.empty()) throw ConfigError(faults);
  return recipe;
}

/// Returns a recipe as it is, or throws ConfigError naming every value of it, and of its step's options, that is out of
/// its range.
template <class StepOptions = NoOptions>
Recipe validated(const Recipe& recipe, const StepOptions& step = {}) {
  std::string faults;
  const auto add = [&](const std::string& fault) { faults += (faults.empty() ? "" : "; ") + fault; };
  visit_fields(recipe, step, [&](const RecipeField& field, const auto& value) {
    if constexpr (requires { static_cast<double>(value); } && !std::is_enum_v<std::remove_cvref_t<decltype(value)>>) {
      if (field.range.holds && !field.range.holds(static_cast<double>(value)))
        add(fmt::format("{} must be {}, not {}", field.name, field.range.text, value));
    }
  });
  if (recipe.first_epoch >= recipe.epochs)
    add(fmt::format("the first epoch, {}, is beyond the last of {}", recipe.first_epoch, recipe.epochs));
  if (!faults.empty()) throw ConfigError(faults);
  validate(recipe.transform);
  return recipe;
}

}  // namespace qcs
