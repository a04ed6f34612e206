// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstdint>
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

/// The bytes of a pickle, and what its opcodes work on: a stack with marks, and numbered values. Whatever is missing or
/// too much throws CheckpointError with the position of the opcode.
class PickleMachine {
 protected:
  using Kind = PickleValue::Kind;

  PickleMachine(std::string_view bytes, PickleLimits limits) : bytes_(bytes), limits_(limits) {}

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
