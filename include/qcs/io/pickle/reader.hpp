// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <qcs/core/error.hpp>
#include <qcs/io/pickle/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::io {

/// What a pickle may cost. A checkpoint of the published system has some 30,000 values.
struct PickleLimits {
  std::size_t values = 1 << 19;
};

/// Reads one pickle of protocols 2 to 5 (Python's pickletools.py describes the opcodes) from the start of `bytes`. It
/// builds data and calls nothing, whatever the pickle asks for. Throws CheckpointError with the byte position if the
/// pickle is cut off, malformed, larger than `limits`, or uses what torch.save does not write (text opcodes of
/// protocols 0 and 1, extension codes, buffers outside the pickle).
class PickleReader {
 public:
  explicit PickleReader(std::string_view bytes, PickleLimits limits = {}) : bytes_(bytes), limits_(limits) {}

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
  using Kind = PickleValue::Kind;
  static constexpr std::size_t kLongestClassName = 1000;

  [[noreturn]] void fail(std::string_view what) const {
    throw CheckpointError(fmt::format("damaged pickle at byte {}: {}", opcode_at_, what));
  }

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - at_) fail("it is cut off");
    const auto part = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return part;
  }

  /// An unsigned integer of `width` bytes, little end first.
  std::uint64_t number(int width) {
    std::uint64_t value = 0;
    const auto part = take(static_cast<std::uint64_t>(width));
    for (int i = width - 1; i >= 0; --i)
      value = value << 8 | static_cast<unsigned char>(part[static_cast<std::size_t>(i)]);
    return value;
  }

  std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail("it is cut off");
    const auto part = take(end - at_);
    take(1);
    return part;
  }

  PickleValue* push(PickleValue value) {
    if (pickle_.values.size() >= limits_.values) fail(fmt::format("it has more than {} values", limits_.values));
    stack_.push_back(&pickle_.values.emplace_back(std::move(value)));
    return stack_.back();
  }

  void push_text(Kind kind, std::string_view text) { push({.kind = kind, .text = std::string(text)}); }

  PickleValue* pop() {
    if (stack_.size() <= floor()) fail("its stack is empty");
    auto* value = stack_.back();
    stack_.pop_back();
    return value;
  }

  PickleValue* top() {
    if (stack_.size() <= floor()) fail("its stack is empty");
    return stack_.back();
  }

  /// Values below the last mark are out of reach.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  /// The values since the last mark, which both go.
  std::vector<const PickleValue*> pop_to_mark() {
    if (marks_.empty()) fail("a mark is missing");
    std::vector<const PickleValue*> values(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return values;
  }

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

  void push_integer(std::int64_t value) { push({.kind = Kind::kInteger, .integer = value}); }

  void push_long(std::string_view two_complement) {
    if (two_complement.size() > 8) return push_text(Kind::kLong, two_complement);
    const bool negative = !two_complement.empty() && (static_cast<unsigned char>(two_complement.back()) & 0x80U) != 0;
    auto value = negative ? ~std::uint64_t{0} : std::uint64_t{0};
    for (auto byte = two_complement.rbegin(); byte != two_complement.rend(); ++byte)
      value = value << 8 | static_cast<unsigned char>(*byte);
    push_integer(static_cast<std::int64_t>(value));
  }

  double big_endian_double() {
    std::uint64_t bits = 0;
    for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);
    return std::bit_cast<double>(bits);
  }

  void push_items(Kind kind, std::vector<const PickleValue*> items) { push({.kind = kind, .items = std::move(items)}); }

  void push_tuple(unsigned size) {
    std::vector<const PickleValue*> items(size);
    for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
    push_items(Kind::kTuple, std::move(items));
  }

  void push_object(const PickleValue* arguments) {
    const auto* callee = pop();
    if (!callee->is(Kind::kClass) && !callee->is(Kind::kObject)) fail("what it calls is no class or function");
    if (!arguments->is(Kind::kTuple)) fail("arguments are no tuple");
    push({.kind = Kind::kObject, .callee = callee, .arguments = arguments});
  }

  void append(const std::vector<const PickleValue*>& values) {
    auto* target = top();
    if (!target->is(Kind::kList) && !target->is(Kind::kSet) && !target->is(Kind::kObject))
      fail("items go to what is no list");
    target->items.insert(target->items.end(), values.begin(), values.end());
  }

  void set_entries(PickleValue* target, const std::vector<const PickleValue*>& values) {
    if (!target->is(Kind::kDict) && !target->is(Kind::kObject)) fail("entries go to what is no dictionary");
    if (values.size() % 2 != 0) fail("a key has no value");
    for (std::size_t i = 0; i < values.size(); i += 2) target->entries.emplace_back(values[i], values[i + 1]);
  }

  /// Python numbers what it stores from 0 on.
  void store(std::uint64_t index) {
    if (index >= limits_.values)
      fail(fmt::format("it stores a value under number {}, at most {} are allowed", index, limits_.values - 1));
    if (index >= memo_.size()) memo_.resize(static_cast<std::size_t>(index) + 1);
    memo_[static_cast<std::size_t>(index)] = top();
  }

  void push_memo(std::uint64_t index) {
    if (index >= memo_.size() || memo_[static_cast<std::size_t>(index)] == nullptr)
      fail(fmt::format("it refers to value {}, which was not stored", index));
    stack_.push_back(memo_[static_cast<std::size_t>(index)]);
  }

  std::string_view bytes_;
  PickleLimits limits_;
  std::size_t at_ = 0, opcode_at_ = 0;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::vector<PickleValue*> memo_;
};

}  // namespace qcs::io
