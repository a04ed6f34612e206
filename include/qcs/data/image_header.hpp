// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace qcs {

/// What the bytes of an image file say before any pixel is decoded.
struct ImageHeader {
  std::string_view format;  ///< "JPEG", "PNG" or "BMP"
  std::int64_t rows = 0, cols = 0;
  bool complete = false;  ///< its end is there; decoders fill what is missing and at most print a warning
};

namespace detail {

/// Numbers at byte positions; beyond the end they read as 0.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::uint32_t big(std::size_t at, int width) const {
    std::uint32_t value = 0;
    for (int i = 0; i < width; ++i) value = value << 8 | byte(at + static_cast<std::size_t>(i));
    return value;
  }
  std::uint32_t little(std::size_t at, int width) const {
    std::uint32_t value = 0;
    for (int i = width - 1; i >= 0; --i) value = value << 8 | byte(at + static_cast<std::size_t>(i));
    return value;
  }
  std::uint8_t byte(std::size_t at) const { return at < bytes_.size() ? bytes_[at] : std::uint8_t{0}; }
  std::size_t size() const { return bytes_.size(); }
  bool starts_with(std::string_view magic) const {
    return bytes_.size() >= magic.size() && std::memcmp(bytes_.data(), magic.data(), magic.size()) == 0;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// Segments are skipped by their length, since a thumbnail inside has an end marker of its own.
inline ImageHeader jpeg_header(const ByteReader& bytes) {
  ImageHeader header{.format = "JPEG"};
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes.byte(at) != 0xFF || bytes.byte(at + 1) == 0xFF) {
      ++at;
      continue;
    }
    const std::uint8_t marker = bytes.byte(at + 1);
    if (marker == 0xD9) {
      header.complete = true;
      return header;
    }
    at += 2;
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame) {
      header.rows = bytes.big(at + 3, 2);
      header.cols = bytes.big(at + 5, 2);
    }
    const bool alone = marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
    if (!alone) at += bytes.big(at, 2);
  }
  return header;
}

inline ImageHeader png_header(const ByteReader& bytes) {
  ImageHeader header{.format = "PNG", .rows = bytes.big(20, 4), .cols = bytes.big(16, 4)};
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::size_t next = at + 12 + bytes.big(at, 4);
    if (bytes.big(at + 4, 4) == 0x49454E44) {  // IEND
      header.complete = next <= bytes.size();
      break;
    }
    at = next;
  }
  return header;
}

inline ImageHeader bmp_header(const ByteReader& bytes) {
  const auto signed_rows = static_cast<std::int32_t>(bytes.little(22, 4));  // negative where rows run from the top
  ImageHeader header{.format = "BMP", .rows = signed_rows < 0 ? -std::int64_t{signed_rows} : signed_rows,
                     .cols = static_cast<std::int32_t>(bytes.little(18, 4))};
  const std::uint32_t compression = bytes.little(30, 4);
  const std::int64_t row_bytes = (header.cols * bytes.little(28, 2) + 31) / 32 * 4;
  const bool plain = compression == 0 || compression == 3;
  header.complete = !plain || std::int64_t{bytes.little(10, 4)} + row_bytes * header.rows <= static_cast<std::int64_t>(bytes.size());
  return header;
}

}  // namespace detail

/// Reads the header of a JPEG, PNG or BMP file; nothing for other formats.
inline std::optional<ImageHeader> read_image_header(std::span<const std::uint8_t> bytes) {
  const detail::ByteReader reader(bytes);
  if (reader.starts_with("\xFF\xD8\xFF")) return detail::jpeg_header(reader);
  if (reader.starts_with("\x89PNG\r\n\x1A\n")) return detail::png_header(reader);
  if (reader.starts_with("BM") && reader.size() >= 54) return detail::bmp_header(reader);
  return std::nullopt;
}

}  // namespace qcs
