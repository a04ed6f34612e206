// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/pickle/summary.hpp>
#include <qcs/io/torch/tensor_value.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::io {

/// The tensors to be read from a file, by the names they shall have.
using TensorReads = std::vector<std::pair<std::string, TensorValue>>;

/// The tensors among a dictionary's entries. Throws CheckpointError if two have one name.
inline TensorReads tensors_in(const PickleValue& dictionary) {
  TensorReads tensors;
  std::set<std::string_view> names;
  for (const auto& [key, value] : dictionary.entries) {
    if (!key->is(PickleValue::Kind::kText)) continue;
    std::optional<TensorValue> tensor;
    try {
      tensor = tensor_value(*value);
    } catch (const CheckpointError& error) {
      throw CheckpointError(fmt::format("{}: {}", printable(key->text), error.what()));
    }
    if (!tensor) continue;
    if (!names.insert(key->text).second) throw CheckpointError(fmt::format("two tensors are called {}", key->text));
    tensors.emplace_back(key->text, std::move(*tensor));
  }
  return tensors;
}

/// The texts of a dictionary that maps text to text.
inline Metadata texts_in(const PickleValue& dictionary) {
  Metadata texts;
  for (const auto& [key, value] : dictionary.entries)
    if (key->is(PickleValue::Kind::kText) && value->is(PickleValue::Kind::kText))
      texts.insert_or_assign(key->text, value->text);
  return texts;
}

/// Whether a dictionary has a tensor under a name.
inline bool holds_tensors(const PickleValue& value) {
  for (const auto& [key, item] : value.entries)
    if (key->is(PickleValue::Kind::kText) && tensor_value(*item)) return true;
  return false;
}

}  // namespace qcs::io
