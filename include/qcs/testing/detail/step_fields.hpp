// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstddef>
#include <map>
#include <qcs/core/named_values.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/recipe_field.hpp>
#include <qcs/train/recipe_fields.hpp>
#include <qcs/train/recipe_text.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace qcs::testing::detail {

/// Gives a value that its text tells from the old one; false for a type that has no obvious one.
template <class Value>
bool change(Value& value) {
  if constexpr (std::same_as<Value, bool>)
    value = !value;
  else if constexpr (std::is_arithmetic_v<Value>)
    value = static_cast<Value>(value + 1);
  else
    return false;
  return true;
}

/// Adds what is wrong with the names of a step's values: one that stands for two values or for none, or that the recipe
/// has already, and a default out of its range.
template <class Options>
void check_step_fields(Findings& findings, const Options& options) {
  std::map<std::string, int> names, letters;
  const auto letters_of = [&](const RecipeField& field, const auto& visit) {
    const std::string_view option = field.option;
    if (!option.empty()) visit(std::string(option.substr(0, option.find(','))));
    if (option.find(',') != std::string_view::npos) visit(std::string(option.substr(option.find(',') + 1)));
  };
  const Recipe recipe;
  visit_fields(recipe, [&](const RecipeField& field, const auto&) {
    names[field.name] = 1;
    letters_of(field, [&](const std::string& option) { letters[option] = 1; });
  });
  std::size_t count = 0;
  visit_values(options, [&](const RecipeField& field, const auto&) {
    ++count;
    findings.require(!std::string_view(field.name).empty(), "visit_fields has a value without a name");
    findings.require(++names[field.name] == 1,
                     fmt::format("visit_fields has two values called `{}`, or the recipe has one", field.name));
    letters_of(field, [&](const std::string& option) {
      findings.require(
          ++letters[option] == 1,
          fmt::format("visit_fields has two values with the option `--{}`, or the recipe has one", option));
    });
  });
  findings.attempt("the range of a value of Options", [&] { validated(recipe, options); });
  const auto before = named_values(recipe, options);
  for (std::size_t number = 0; number < count; ++number) {
    Options changed = options;
    std::size_t at = 0;
    std::string name;
    bool other = false;
    visit_values(changed, [&](const RecipeField& field, auto& value) {
      if (at++ != number) return;
      name = field.name;
      other = change(value);
    });
    if (!other) continue;
    const auto after = named_values(recipe, changed);
    std::vector<std::string> differ;
    for (std::size_t i = 0; i < before.size() && i < after.size(); ++i)
      if (before[i].second != after[i].second) differ.push_back(before[i].first);
    findings.require(differ == std::vector{name},
                     fmt::format("changing `{}` of Options does not change its text, and no other one", name));
  }
}

}  // namespace qcs::testing::detail
