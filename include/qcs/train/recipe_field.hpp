// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/value_range.hpp>
#include <string>
#include <type_traits>

namespace qcs {

/// Where a value of a recipe is told to people. Files hold all of them.
enum class Told {
  kAlways,
  kIfUnusual,  ///< only where it is not the default
  kByItself    ///< reports have another place for it
};

/// What is to be known of one value of a recipe, or of a step's options, besides the value.
struct RecipeField {
  const char* name;         ///< in descriptions, files and reports: "learning rate"
  const char* option = "";  ///< on command lines: "lr", with its letter "batch-size,b"; empty where there is none
  std::string help = {};    ///< of the option
  ValueRange range = {};    ///< of a number
  Told told = Told::kAlways;
};

/// Options without values.
struct NoOptions {};

namespace detail {

struct AnyFieldVisitor {
  void operator()(const RecipeField&, auto&) const {}
};

}  // namespace detail

/// Whether `visit_values` can name every value of these options: a static member `visit_fields(options, visit)`, a free
/// function of that name beside the type, or no value at all. `O` is const where the values are only read.
template <class O>
concept DescribedOptions = std::is_empty_v<std::remove_const_t<O>> ||
    requires(O& options, const detail::AnyFieldVisitor& visit) {
  std::remove_const_t<O>::visit_fields(options, visit);
} || requires(O& options, const detail::AnyFieldVisitor& visit) {
  visit_fields(options, visit);
};

/// Calls `visitor(const RecipeField&, value&)` for every value of the options, in the order of their `visit_fields`.
template <DescribedOptions O>
void visit_values(O& options, auto&& visitor) {
  using Options = std::remove_const_t<O>;
  const auto visit = [&](const RecipeField& field, auto& value) { visitor(field, value); };
  if constexpr (requires { Options::visit_fields(options, visit); })
    Options::visit_fields(options, visit);
  else if constexpr (requires { visit_fields(options, visit); })
    visit_fields(options, visit);
}

}  // namespace qcs
