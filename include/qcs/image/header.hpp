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

/// The OS/2 form has a header of 12 bytes with sizes of 16 bits.
inline ImageHeader bmp_header(const ByteReader& bytes) {
  const bool os2 = bytes.little(14, 4) == 12;
  const auto signed32 = [&](std::size_t at) { return std::int64_t{static_cast<std::int32_t>(bytes.little(at, 4))}; };
  const std::int64_t cols = os2 ? bytes.little(18, 2) : signed32(18);
  const std::int64_t rows = os2 ? bytes.little(20, 2) : signed32(22);
  ImageHeader header{
      .format = "BMP", .rows = rows < 0 ? -rows : rows, .cols = cols};  // negative where they run from the top
  const std::int64_t bits = bytes.little(os2 ? 24 : 28, 2);
  const std::uint32_t compression = os2 ? 0 : bytes.little(30, 4);
  // Of compressed files only the size that they state is known; 2^31 columns of 2^16 bits times 2^31 rows would
  // overflow.
  const bool plain = compression == 0 || compression == 3;
  const std::int64_t row_bytes = (cols * bits + 31) / 32 * 4, pixels_at = bytes.little(10, 4);
  const auto size = static_cast<std::int64_t>(bytes.size());
  const std::int64_t stated = bytes.little(2, 4);
  header.complete =
      plain ? row_bytes <= size && header.rows <= size && pixels_at + row_bytes * header.rows <= size : stated <= size;
  return header;
}

}  // namespace detail

/// Reads the header of a JPEG, PNG or BMP file; nothing for other formats.
inline std::optional<ImageHeader> read_image_header(std::span<const std::uint8_t> bytes) {
  const detail::ByteReader reader(bytes);
  if (reader.starts_with("\xFF\xD8\xFF")) return detail::jpeg_header(reader);
  if (reader.starts_with("\x89PNG\r\n\x1A\n")) return detail::png_header(reader);
  if (reader.starts_with("BM") && reader.size() >= 26) return detail::bmp_header(reader);
  return std::nullopt;
}

}  // namespace qcs
