// SPDX-License-Identifier: MIT
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace qcs::io {

/// A protobuf message under construction, by the numbers of its fields.
class WireMessage {
 public:
  void number(int field, std::uint64_t value) {
    append([&](auto& out) {
      out.WriteTag(tag(field, 0));
      out.WriteVarint64(value);
    });
  }

  void real(int field, double value) {
    append([&](auto& out) {
      out.WriteTag(tag(field, 1));
      out.WriteLittleEndian64(std::bit_cast<std::uint64_t>(value));
    });
  }

  void real(int field, float value) {
    append([&](auto& out) {
      out.WriteTag(tag(field, 5));
      out.WriteLittleEndian32(std::bit_cast<std::uint32_t>(value));
    });
  }

  /// A text, some bytes or an inner message.
  void bytes(int field, std::string_view value) { bytes_ += head_of_bytes(field, value.size()).append(value); }

  void message(int field, const WireMessage& inner) { bytes(field, inner.bytes_); }
  const std::string& text() const { return bytes_; }

  /// What stands before so many bytes of a field, for messages that are too large to be put together in memory.
  static std::string head_of_bytes(int field, std::size_t size) {
    WireMessage head;
    head.append([&](auto& out) {
      out.WriteTag(tag(field, 2));
      out.WriteVarint64(size);
    });
    return std::move(head.bytes_);
  }

 private:
  static constexpr std::uint32_t tag(int field, std::uint32_t wire_type) {
    return static_cast<std::uint32_t>(field) << 3 | wire_type;
  }

  void append(auto&& write) {
    google::protobuf::io::StringOutputStream stream(&bytes_);  // appends
    google::protobuf::io::CodedOutputStream out(&stream);
    write(out);
  }

  std::string bytes_;
};

}  // namespace qcs::io
