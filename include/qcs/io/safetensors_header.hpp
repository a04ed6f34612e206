// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <nlohmann/json.hpp>
#include <qcs/core/error.hpp>
#include <qcs/io/named_tensors.hpp>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <vector>

namespace qcs::io {

namespace detail {

/// The format's own limit on its header, in bytes.
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

inline constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 11> kSafetensorsDtypes{
    {{"BOOL", torch::kBool},
     {"U8", torch::kUInt8},
     {"I8", torch::kInt8},
     {"I16", torch::kInt16},
     {"I32", torch::kInt32},
     {"I64", torch::kInt64},
     {"F16", torch::kFloat16},
     {"BF16", torch::kBFloat16},
     {"F32", torch::kFloat32},
     {"F64", torch::kFloat64},
     {"C64", torch::kComplexFloat}}};

/// A header entry, checked for itself.
struct SafetensorsEntry {
  std::string name;
  torch::ScalarType dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;
};

/// Listens to the parts of a JSON text and objects to what the format forbids: a key twice in one object, and nesting
/// beyond what a header has. (nlohmann's callback parser could listen too, but looks through the outer object after
/// every inner one.)
class HeaderGuard final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    keys_.emplace_back();
    return deeper();
  }
  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second)
      throw CheckpointError(fmt::format("the header has the key `{}` twice", name));
    return true;
  }
  bool end_object() override {
    keys_.pop_back();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    throw CheckpointError(fmt::format("the header is no JSON: {}", error.what()));
  }

 private:
  bool deeper() {
    if (++depth_ > 3) throw CheckpointError("the header is nested too deeply");
    return true;
  }

  std::vector<std::unordered_set<std::string>> keys_;
  int depth_ = 0;
};

/// The header as JSON that keeps to the format's rules. Throws CheckpointError.
inline nlohmann::json parse_header(std::string_view text) {
  if (text.empty() || text.front() != '{') throw CheckpointError("the header does not start with `{`");
  HeaderGuard guard;
  nlohmann::json::sax_parse(text, &guard);
  return nlohmann::json::parse(text);
}

inline SafetensorsEntry parse_entry(const std::string& name, const nlohmann::json& value) {
  const auto require = [&](bool good, std::string_view what) {
    if (!good) throw CheckpointError(fmt::format("tensor {}: {}", name, what));
  };
  require(value.is_object() && value.size() == 3 && value.contains("dtype") && value.contains("shape") &&
              value.contains("data_offsets"),
          "expected dtype, shape and data_offsets");
  require(value["dtype"].is_string() && value["shape"].is_array() && value["data_offsets"].is_array(),
          "a field of another type");
  const auto dtype_name = value["dtype"].get<std::string>();
  const auto* known = std::ranges::find(kSafetensorsDtypes, dtype_name, [](const auto& pair) { return pair.first; });
  require(known != kSafetensorsDtypes.end(), fmt::format("unknown dtype {}", dtype_name));
  SafetensorsEntry entry{.name = name, .dtype = known->second, .shape = {}, .begin = 0, .end = 0};
  auto bytes = static_cast<std::uint64_t>(c10::elementSize(entry.dtype));
  for (const auto& size : value["shape"]) {
    require(size.is_number_unsigned() && size.get<std::uint64_t>() <= INT64_MAX, "a size is no whole number");
    entry.shape.push_back(size.get<std::int64_t>());
    require(!__builtin_mul_overflow(bytes, size.get<std::uint64_t>(), &bytes), "its size overflows");
  }
  require(entry.shape.size() <= 64, "more than 64 dimensions");
  const auto& offsets = value["data_offsets"];
  require(offsets.size() == 2 && offsets[0].is_number_unsigned() && offsets[1].is_number_unsigned(),
          "data_offsets are no two numbers");
  entry.begin = offsets[0].get<std::uint64_t>();
  entry.end = offsets[1].get<std::uint64_t>();
  require(entry.begin <= entry.end && entry.end - entry.begin == bytes,
          fmt::format("data_offsets {} to {} do not hold its {} bytes", entry.begin, entry.end, bytes));
  return entry;
}

/// Sorts the entries by position; throws CheckpointError unless they fill the `bytes` bytes after the header without
/// overlap or hole.
inline void require_gapless(std::vector<SafetensorsEntry>& entries, std::uint64_t bytes) {
  std::ranges::sort(entries, {}, [](const auto& entry) { return std::tuple(entry.begin, entry.end, entry.name); });
  std::uint64_t position = 0;
  for (const auto& entry : entries) {
    if (entry.begin != position)
      throw CheckpointError(
          fmt::format("tensor {} starts at byte {} of the data, expected {}", entry.name, entry.begin, position));
    position = entry.end;
  }
  if (position != bytes)
    throw CheckpointError(fmt::format("the tensors take {} bytes, the file has {}", position, bytes));
}

}  // namespace detail

/// What stands before the numbers of a safetensors file.
struct SafetensorsHeader {
  std::vector<detail::SafetensorsEntry> entries;  ///< in the order of their bytes
  Metadata metadata;
  std::uint64_t data_begin = 0;  ///< position in the file of the first number
};

/// Reads and checks the header of a safetensors file, of which `in` stands at the start. Throws CheckpointError on
/// anything that the format forbids: a header beyond 100 MB or not JSON, keys twice, sizes that overflow or differ from
/// their byte range, overlaps, holes, missing or left-over bytes, an unknown dtype.
inline SafetensorsHeader read_safetensors_header(std::istream& in, std::uint64_t file_size) {
  std::uint64_t header_size = 0;
  in.read(reinterpret_cast<char*>(&header_size), sizeof header_size);
  if (!in) throw CheckpointError("too short for a safetensors file");
  if (header_size > detail::kMaxHeaderBytes || header_size > file_size - sizeof header_size)
    throw CheckpointError(
        fmt::format("a header of {} bytes in a file of {}, at most 100,000,000 are allowed", header_size, file_size));
  std::string text(header_size, '\0');
  in.read(text.data(), static_cast<std::streamsize>(header_size));
  const auto json = detail::parse_header(text);

  SafetensorsHeader header{.entries = {}, .metadata = {}, .data_begin = sizeof header_size + header_size};
  for (const auto& [name, value] : json.items()) {
    if (name != "__metadata__") {
      header.entries.push_back(detail::parse_entry(name, value));
      continue;
    }
    if (!value.is_object()) throw CheckpointError("__metadata__ is no object");
    for (const auto& [key, item] : value.items()) {
      if (!item.is_string()) throw CheckpointError(fmt::format("__metadata__ holds `{}`, which is no text", key));
      header.metadata.emplace(key, item.get<std::string>());
    }
  }
  detail::require_gapless(header.entries, file_size - header.data_begin);
  return header;
}

}  // namespace qcs::io
