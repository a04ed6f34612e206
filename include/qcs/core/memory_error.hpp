// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace qcs {

/// Memory that was needed could not be had.
class MemoryError : public Error {
 public:
  explicit MemoryError(const std::string& what, std::optional<std::uint64_t> bytes = {}) : Error(what), bytes_(bytes) {}

  /// How much was asked for at last; nothing where that is not known.
  std::optional<std::uint64_t> bytes() const { return bytes_; }

 private:
  std::optional<std::uint64_t> bytes_;
};

/// What an exception tells of memory that could not be had.
struct MemoryRequest {
  std::optional<std::uint64_t> bytes = {};

  /// "256 MiB", or "more memory" where the amount is not known.
  std::string text() const {
    if (!bytes) return "more memory";
    return *bytes < (1 << 20) ? fmt::format("{} bytes", *bytes) : fmt::format("{} MiB", (*bytes + (1 << 20) - 1) >> 20);
  }
};

namespace detail {

/// The number behind `label` in a message, with the unit that follows it, in bytes.
inline std::optional<std::uint64_t> bytes_behind(std::string_view message, std::string_view label) {
  const auto at = message.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = message.substr(at + label.size());
  double number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc() || !(number >= 0 && number < 1e18)) return std::nullopt;
  const auto unit = rest.substr(static_cast<std::size_t>(end - rest.data()));
  for (const auto& [name, factor] :
       {std::pair<std::string_view, double>{" KiB", 0x1p10}, {" MiB", 0x1p20}, {" GiB", 0x1p30}})
    if (unit.starts_with(name)) number *= factor;
  return static_cast<std::uint64_t>(std::llround(number));
}

}  // namespace detail

/// Whether an exception says that memory, or a thread, which needs some, could not be had; nothing for another one.
/// LibTorch's and OpenCV's own exceptions are told by their messages.
inline std::optional<MemoryRequest> memory_request(const std::exception& error) {
  if (const auto* own = dynamic_cast<const MemoryError*>(&error)) return MemoryRequest{own->bytes()};
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return MemoryRequest{};
  if (const auto* system = dynamic_cast<const std::system_error*>(&error))
    if (system->code().value() == EAGAIN || system->code().value() == ENOMEM) return MemoryRequest{};
  const std::string_view message = error.what();
  for (const auto* label : {"you tried to allocate ", "Failed to allocate ", "Tried to allocate "})
    if (const auto bytes = detail::bytes_behind(message, label)) return MemoryRequest{bytes};
  for (const auto* text : {"out of memory", "Insufficient memory", "Cannot allocate memory", "std::bad_alloc"})
    if (message.find(text) != std::string_view::npos) return MemoryRequest{};
  return std::nullopt;
}

}  // namespace qcs
