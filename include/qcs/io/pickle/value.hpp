// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::io {

/// One value of a pickle, as data alone: a class is its name, and an object is what its class would have been called
/// with. Values refer to each other as in the pickle, so one may be met on several ways and even contain itself:
/// whoever walks them bounds the depth.
struct PickleValue {
  enum class Kind {
    kNone,
    kBool,
    kInteger,
    kLong,  ///< an integer beyond 64 bits
    kFloat,
    kText,
    kBytes,
    kTuple,
    kList,
    kSet,
    kDict,
    kClass,       ///< a class or function, by name
    kObject,      ///< the result of calling `callee` with `arguments`, never called here
    kPersistent,  ///< something that lies outside the pickle; `arguments` says what
  };

  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  ///< kInteger; kBool, 0 or 1
  double real = 0;           ///< kFloat
  /// kText in UTF-8; kBytes; kClass as "module.name"; kLong as two's complement, little end first.
  std::string text = {};
  std::vector<const PickleValue*> items = {};  ///< kTuple, kList, kSet; kObject, what was appended to it
  std::vector<std::pair<const PickleValue*, const PickleValue*>> entries = {};  ///< kDict; kObject, what was set in it
  const PickleValue* callee = nullptr;                                          ///< kObject
  const PickleValue* arguments = nullptr;                                       ///< kObject, kPersistent
  const PickleValue* state = nullptr;  ///< kObject, what it was built from; may stay null

  bool is(Kind other) const { return kind == other; }

  /// Whether this is an object made by the class or function `name`, written "module.name".
  bool made_by(std::string_view name) const {
    return kind == Kind::kObject && callee->is(Kind::kClass) && callee->text == name;
  }

  /// The value under `key` of a dictionary or dictionary-like object; null if there is none.
  const PickleValue* find(std::string_view key) const {
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
      if (entry->first->is(Kind::kText) && entry->first->text == key) return entry->second;
    return nullptr;
  }
};

/// LibTorch's own pickler wraps a typed dictionary or list in a call that restores its type: the value inside, or
/// `value`.
inline const PickleValue& unwrapped(const PickleValue& value) {
  const bool tagged = value.made_by("torch.jit._pickle.restore_type_tag") &&
                      value.arguments->is(PickleValue::Kind::kTuple) && !value.arguments->items.empty();
  return tagged ? *value.arguments->items[0] : value;
}

/// A pickle that has been read: `root` and everything it refers to.
struct Pickle {
  std::deque<PickleValue> values;
  const PickleValue* root = nullptr;
  std::size_t length = 0;  ///< bytes from the pickle's first to its STOP
};

}  // namespace qcs::io
