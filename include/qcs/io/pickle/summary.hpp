// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <qcs/io/pickle/value.hpp>
#include <string>

namespace qcs::io {

/// Text from a file for a message: dots in place of what is no printable ASCII, and not more than a line or two.
inline std::string printable(std::string text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  for (char& c : text)
    if (c < ' ' || c > '~') c = '.';
  return text;
}

/// One line for a value beside the weights.
inline std::string pickle_summary(const PickleValue& value) {
  using Kind = PickleValue::Kind;
  switch (value.kind) {
    case Kind::kNone:
      return "None";
    case Kind::kBool:
      return value.integer != 0 ? "True" : "False";
    case Kind::kInteger:
      return fmt::format("{}", value.integer);
    case Kind::kFloat:
      return fmt::format("{}", value.real);
    case Kind::kText:
      return value.text;
    case Kind::kLong:
    case Kind::kBytes:
      return fmt::format("{} bytes", value.text.size());
    case Kind::kTuple:
    case Kind::kList:
    case Kind::kSet:
      return fmt::format("{} items", value.items.size());
    case Kind::kDict:
      return fmt::format("{} entries", value.entries.size());
    case Kind::kClass:
      return fmt::format("class {}, not looked up", value.text);
    case Kind::kPersistent:
      return "a storage";
    case Kind::kObject:
      if (value.made_by("collections.OrderedDict")) return fmt::format("{} entries", value.entries.size());
      return fmt::format("object of {}, not built", value.callee->is(Kind::kClass) ? value.callee->text : "an object");
  }
  return "";
}

/// Whether a value says it all in one line of text.
inline bool is_plain(const PickleValue& value) {
  using Kind = PickleValue::Kind;
  return value.is(Kind::kBool) || value.is(Kind::kInteger) || value.is(Kind::kFloat) || value.is(Kind::kText);
}

/// The class of a value that is a pickled torch.nn.Module, "module.name"; empty for another value. Modules keep their
/// parameters, buffers and children in dictionaries of these names.
inline std::string pickled_module_class(const PickleValue& value) {
  const auto* state = value.state;
  const bool module = value.is(PickleValue::Kind::kObject) && value.callee->is(PickleValue::Kind::kClass) &&
                      state != nullptr && state->find("_parameters") != nullptr && state->find("_modules") != nullptr;
  if (!module) return {};
  // copyreg's helper takes the class as its first argument.
  if (value.callee->text.starts_with("copy") && value.arguments->is(PickleValue::Kind::kTuple) &&
      !value.arguments->items.empty() && value.arguments->items[0]->is(PickleValue::Kind::kClass))
    return value.arguments->items[0]->text;
  return value.callee->text;
}

}  // namespace qcs::io
