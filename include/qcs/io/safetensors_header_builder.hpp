// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <qcs/core/error.hpp>
#include <qcs/io/safetensors_header.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::io {

/// Puts the start of a safetensors file together: tensors lie one after the other in the order of add().
class SafetensorsHeaderBuilder {
 public:
  /// @param dtype as the format spells it, "F32" @param bytes of all its numbers
  /// Throws CheckpointError for a name that occurs twice or is `__metadata__`.
  void add(const std::string& name, std::string_view dtype, const std::vector<std::int64_t>& shape,
           std::uint64_t bytes) {
    if (name == "__metadata__" || header_.contains(name))
      throw CheckpointError(fmt::format("a second tensor called {}", name));
    header_[name] = {{"dtype", dtype}, {"shape", shape}, {"data_offsets", {position_, position_ + bytes}}};
    position_ += bytes;
  }

  void set_metadata(const Metadata& metadata) {
    if (!metadata.empty()) header_["__metadata__"] = metadata;
  }

  /// The bytes before the first number: the header's length and the header, padded with blanks so that the numbers
  /// start at a multiple of 8 bytes. Throws CheckpointError if a name or text is not UTF-8, or beyond 100 MB.
  std::string bytes() const {
    std::string text;
    try {
      text = header_.dump();
    } catch (const nlohmann::json::exception& error) {
      throw CheckpointError(fmt::format("a name or a text of its metadata is not UTF-8 ({})", error.what()));
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');
    if (text.size() > detail::kMaxHeaderBytes)
      throw CheckpointError(fmt::format("a header of {} bytes, at most 100,000,000 are allowed", text.size()));
    const std::uint64_t size = text.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof size) + text;
  }

 private:
  nlohmann::json header_ = nlohmann::json::object();
  std::uint64_t position_ = 0;
};

}  // namespace qcs::io
