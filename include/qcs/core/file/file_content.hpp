// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace qcs {

/// A kind of file, known by what stands at a place in it.
struct ContentKind {
  std::string_view name, magic;
  std::size_t at = 0;
};

inline constexpr std::array kImageKinds{
    ContentKind{"JPEG", "\xFF\xD8\xFF"},
    ContentKind{"PNG", "\x89PNG\r\n\x1A\n"},
    ContentKind{"BMP", "BM"},
    ContentKind{"WebP", "WEBP", 8},
    ContentKind{"TIFF", {"II*\0", 4}},
    ContentKind{"TIFF", {"MM\0*", 4}},
    ContentKind{"GIF", "GIF8"},
    ContentKind{"JPEG 2000", {"\0\0\0\x0CjP  ", 8}},
    ContentKind{"HEIF or AVIF", "ftyp", 4},
    ContentKind{"Photoshop image", "8BPS"},
    ContentKind{"netpbm", "P1"},
    ContentKind{"netpbm", "P2"},
    ContentKind{"netpbm", "P3"},
    ContentKind{"netpbm", "P4"},
    ContentKind{"netpbm", "P5"},
    ContentKind{"netpbm", "P6"},
};

inline constexpr std::array kOtherKinds{
    ContentKind{"a Git LFS pointer, not the file itself (`git lfs pull` fetches it)", "version https://git-lfs"},
    ContentKind{"an AppleDouble file, which macOS leaves beside the real one", {"\0\x05\x16\x07", 4}},
    ContentKind{"a zip archive", "PK\x03\x04"},
    ContentKind{"a gzip archive", "\x1F\x8B"},
    ContentKind{"a PDF document", "%PDF"},
    ContentKind{"an array of numpy", "\x93NUMPY"},
};

inline bool is_kind(const ContentKind& kind, std::string_view bytes) {
  return bytes.size() >= kind.at && bytes.substr(kind.at).starts_with(kind.magic);
}

/// The image format that a file's first bytes say, or nothing.
inline std::string_view image_format(std::string_view bytes) {
  for (const ContentKind& kind : kImageKinds)
    if (is_kind(kind, bytes)) return kind.name;
  return {};
}

/// What a file is that holds neither an image nor text, or nothing.
inline std::string_view other_format(std::string_view bytes) {
  for (const ContentKind& kind : kOtherKinds)
    if (is_kind(kind, bytes)) return kind.name;
  return {};
}

/// The image format that a file's name says, or nothing.
inline std::string_view format_of_name(std::string_view name) {
  struct Extension {
    std::string_view text, format;
  };
  static constexpr std::array kExtensions{
      Extension{".jpg", "JPEG"},   Extension{".jpeg", "JPEG"},  Extension{".jpe", "JPEG"},
      Extension{".jfif", "JPEG"},  Extension{".png", "PNG"},    Extension{".bmp", "BMP"},
      Extension{".dib", "BMP"},    Extension{".webp", "WebP"},  Extension{".tif", "TIFF"},
      Extension{".tiff", "TIFF"},  Extension{".gif", "GIF"},    Extension{".jp2", "JPEG 2000"},
      Extension{".pbm", "netpbm"}, Extension{".pgm", "netpbm"}, Extension{".ppm", "netpbm"},
      Extension{".pnm", "netpbm"}};
  std::string end(name.substr(std::min(name.rfind('.'), name.size())));
  std::transform(end.begin(), end.end(), end.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto found =
      std::find_if(kExtensions.begin(), kExtensions.end(), [&](const Extension& e) { return e.text == end; });
  return found == kExtensions.end() ? std::string_view() : found->format;
}

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// What a file is that no decoder takes, for the end of a sentence: "it is a zip archive", "it starts with
/// `<!DOCTYPE`".
inline std::string describe_content(std::string_view bytes) {
  if (const auto other = other_format(bytes); !other.empty()) return fmt::format("it is {}", other);
  if (const auto format = image_format(bytes); !format.empty()) return fmt::format("it starts like a {} file", format);
  const std::string_view start = bytes.substr(0, 24);
  const auto printable = [](unsigned char c) { return c >= ' ' && c < 0x7F; };
  if (const auto end = std::find_if_not(start.begin(), start.end(), printable); end - start.begin() >= 4)
    return fmt::format("it starts with `{}`", start.substr(0, static_cast<std::size_t>(end - start.begin())));
  if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; })) return "all of its bytes are zero";
  std::string hex;
  for (const char c : bytes.substr(0, 8)) hex += fmt::format(" {:02x}", static_cast<std::uint8_t>(c));
  return fmt::format("it starts with the bytes{}", hex);
}

}  // namespace qcs
