// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <string>
#include <string_view>

namespace qcs::detail {

/// The value of `'key': ` in the header of a .npy file, up to the next comma, closing brace or quote.
inline std::string_view npy_field(std::string_view header, std::string_view key) {
  const std::string start = fmt::format("'{}': ", key);
  const std::size_t at = header.find(start);
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + start.size());
  if (header.starts_with('\'')) return header.substr(1, header.find('\'', 1) - 1);
  if (header.starts_with('(')) return header.substr(0, header.find(')') + 1);
  return header.substr(0, header.find_first_of(",}"));
}

/// A little-endian float of 4 or 8 bytes, if it is whole.
inline std::optional<std::int64_t> npy_whole_float(std::string_view bytes) {
  double value = 0;
  if (bytes.size() == 4) {
    float narrow = 0;
    std::memcpy(&narrow, bytes.data(), sizeof narrow);
    value = narrow;
  } else {
    std::memcpy(&value, bytes.data(), sizeof value);
  }
  if (!(std::abs(value) < 1e9) || value != std::trunc(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

/// The integer in one element of a .npy file: little-endian integers of 1, 2, 4 or 8 bytes, whole floats of 4 or 8, or
/// text of a whole number (`S` or `U`).
inline std::optional<std::int64_t> npy_element(std::string_view type, std::string_view bytes) {
  if (type.size() < 3 || type[0] == '>') return std::nullopt;
  const auto size = parse_number<std::size_t>(type.substr(2));
  if (!size || *size == 0 || *size > 1000) return std::nullopt;
  const std::size_t width = type[1] == 'U' ? 4 * *size : *size;
  if (bytes.size() != width) return std::nullopt;
  if (type[1] == 'U' || type[1] == 'S') {
    std::string digits;
    for (std::size_t i = 0; i < width; i += type[1] == 'U' ? 4U : 1U) {
      if (type[1] == 'U' && (bytes[i + 1] | bytes[i + 2] | bytes[i + 3]) != 0) return std::nullopt;
      if (bytes[i] != '\0') digits += bytes[i];
    }
    if (const auto number = parse_whole_number(digits)) return *number;
    return std::nullopt;
  }
  if (type[1] == 'f' && (width == 4 || width == 8)) return npy_whole_float(bytes);
  if ((type[1] != 'i' && type[1] != 'u') || (width != 1 && width != 2 && width != 4 && width != 8)) return std::nullopt;
  const bool negative = type[1] == 'i' && (bytes.back() & 0x80) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return static_cast<std::int64_t>(value);
}

/// Reads the integer in a .npy file of one element, as numpy.save writes a number or a text of digits. Throws
/// DataError.
inline std::int64_t read_npy_integer(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw DataError(fmt::format("{}: cannot open this annotation", file.string()));
  std::string bytes(65536, '\0');  // a file with one element is far smaller
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  const auto byte = [&](std::size_t i) { return std::size_t{static_cast<std::uint8_t>(bytes[i])}; };
  if (bytes.size() < 12 || !bytes.starts_with("\x93NUMPY"))
    throw DataError(fmt::format("{}: not a .npy file", file.string()));
  const std::size_t start = byte(6) == 1 ? 10 : 12;
  const std::size_t size = byte(8) + 256 * byte(9) + (start == 10 ? 0 : 65536 * (byte(10) + 256 * byte(11)));
  if (size > bytes.size() - start) throw DataError(fmt::format("{}: the .npy file is cut short", file.string()));
  const std::string_view header = std::string_view(bytes).substr(start, size);
  const auto type = npy_field(header, "descr"), shape = npy_field(header, "shape");
  const auto value = npy_element(type, std::string_view(bytes).substr(start + size));
  if ((shape != "()" && shape != "(1,)") || !value)
    throw DataError(
        fmt::format("{}: expected one integer, found type `{}` and shape `{}`", file.string(), type, shape));
  return *value;
}

}  // namespace qcs::detail
