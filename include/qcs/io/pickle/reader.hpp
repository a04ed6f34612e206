// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <qcs/io/pickle/machine.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::io {

/// Reads one pickle of protocols 2 to 5 (Python's pickletools.py describes the opcodes) from the start of `bytes`. It
/// builds data and calls nothing, whatever the pickle asks for. Throws CheckpointError with the byte position if the
/// pickle is cut off, malformed, larger than `limits`, or uses what torch.save does not write (text opcodes of
/// protocols 0 and 1, extension codes, buffers outside the pickle).
class PickleReader : PickleMachine {
 public:
  explicit PickleReader(std::string_view bytes, PickleLimits limits = {}) : PickleMachine(bytes, limits) {}

  Pickle read() {
    while (true) {
      opcode_at_ = at_;
      const auto opcode = static_cast<unsigned char>(take(1)[0]);
      if (opcode == '.') break;
      if (!constant(opcode) && !container(opcode) && !object(opcode) && !bookkeeping(opcode))
        fail(fmt::format("opcode 0x{:02x} is not one that torch.save writes", opcode));
    }
    pickle_.root = pop();
    if (!stack_.empty() || !marks_.empty()) fail("values are left over at its end");
    pickle_.length = at_;
    return std::move(pickle_);
  }

 private:
  static constexpr std::size_t kLongestClassName = 1000;

  bool constant(unsigned char opcode) {
    switch (opcode) {
      case 'N':
        push({});
        return true;
      case 0x88:
        push({.kind = Kind::kBool, .integer = 1});
        return true;
      case 0x89:
        push({.kind = Kind::kBool, .integer = 0});
        return true;
      case 'K':
        push_integer(static_cast<std::int64_t>(number(1)));
        return true;
      case 'M':
        push_integer(static_cast<std::int64_t>(number(2)));
        return true;
      case 'J':
        push_integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4))));
        return true;
      case 0x8a:
        push_long(take(number(1)));
        return true;
      case 0x8b:
        push_long(take(number(4)));
        return true;
      case 'G':
        push({.kind = Kind::kFloat, .real = big_endian_double()});
        return true;
      case 'X':
        push_text(Kind::kText, take(number(4)));
        return true;
      case 0x8c:
        push_text(Kind::kText, take(number(1)));
        return true;
      case 0x8d:
        push_text(Kind::kText, take(number(8)));
        return true;
      case 'T':
        push_text(Kind::kText, take(number(4)));
        return true;  // strings of Python 2
      case 'U':
        push_text(Kind::kText, take(number(1)));
        return true;
      case 'B':
        push_text(Kind::kBytes, take(number(4)));
        return true;
      case 'C':
        push_text(Kind::kBytes, take(number(1)));
        return true;
      case 0x8e:
      case 0x96:
        push_text(Kind::kBytes, take(number(8)));
        return true;
      default:
        return false;
    }
  }

  bool container(unsigned char opcode) {
    switch (opcode) {
      case ')':
        push({.kind = Kind::kTuple});
        return true;
      case ']':
        push({.kind = Kind::kList});
        return true;
      case '}':
        push({.kind = Kind::kDict});
        return true;
      case 0x8f:
        push({.kind = Kind::kSet});
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        push_tuple(opcode - 0x84U);
        return true;
      case 't':
        push_items(Kind::kTuple, pop_to_mark());
        return true;
      case 'l':
        push_items(Kind::kList, pop_to_mark());
        return true;
      case 0x91:
        push_items(Kind::kSet, pop_to_mark());
        return true;
      case 'd': {
        const auto values = pop_to_mark();
        set_entries(push({.kind = Kind::kDict}), values);
        return true;
      }
      case 'a':
        append({pop()});
        return true;
      case 'e':
      case 0x90:
        append(pop_to_mark());
        return true;
      case 's': {
        const auto* value = pop();
        const auto* key = pop();
        set_entries(top(), {key, value});
        return true;
      }
      case 'u': {
        const auto values = pop_to_mark();
        set_entries(top(), values);
        return true;
      }
      default:
        return false;
    }
  }

  bool object(unsigned char opcode) {
    switch (opcode) {
      case 'c': {
        const auto module = line();
        push_text(Kind::kClass, fmt::format("{}.{}", module, line()));
        return true;
      }
      case 0x93: {
        const auto* name = pop();
        const auto* module = pop();
        if (!name->is(Kind::kText) || !module->is(Kind::kText)) fail("a class name is no text");
        // Texts that are stored once could be joined again and again.
        if (name->text.size() + module->text.size() > kLongestClassName) fail("a class name is too long");
        push_text(Kind::kClass, fmt::format("{}.{}", module->text, name->text));
        return true;
      }
      case 'R':
      case 0x81:
        push_object(pop());
        return true;
      case 0x92:
        pop();
        push_object(pop());
        return true;  // keyword arguments are not kept
      case 'b': {
        const auto* state = pop();
        if (!top()->is(Kind::kObject)) fail("state is given to what is no object");
        top()->state = state;
        return true;
      }
      case 'Q': {
        const auto* identity = pop();
        if (const auto* stored_class = class_of(*identity))
          stack_.push_back(const_cast<PickleValue*>(stored_class));
        else
          push({.kind = Kind::kPersistent, .arguments = identity});
        return true;
      }
      default:
        return false;
    }
  }

  /// The legacy format stores the class of a module as a persistent value beside its source,
  /// ("module", class, file, source): the class, or null for another value.
  static const PickleValue* class_of(const PickleValue& identity) {
    const bool module = identity.is(Kind::kTuple) && identity.items.size() >= 2 && identity.items[0]->is(Kind::kText) &&
                        identity.items[0]->text == "module" && identity.items[1]->is(Kind::kClass);
    return module ? identity.items[1] : nullptr;
  }

  bool bookkeeping(unsigned char opcode) {
    switch (opcode) {
      case 0x80:
        if (const auto protocol = number(1); protocol < 2 || protocol > 5)
          fail(fmt::format("unknown protocol {}", protocol));
        return true;
      case 0x95:
        number(8);
        return true;  // a frame's length only helps readers that stream
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '0':
        pop();
        return true;
      case '1':
        pop_to_mark();
        return true;
      case '2':
        stack_.push_back(top());
        return true;
      case 'q':
        store(number(1));
        return true;
      case 'r':
        store(number(4));
        return true;
      case 0x94:
        store(memo_.size());
        return true;
      case 'h':
        push_memo(number(1));
        return true;
      case 'j':
        push_memo(number(4));
        return true;
      default:
        return false;
    }
  }
};

}  // namespace qcs::io
