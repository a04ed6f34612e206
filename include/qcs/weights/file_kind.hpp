// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <qcs/io/pickle/summary.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace qcs {

/// What a file of weights is, by its first bytes.
enum class FileKind {
  kZip,     ///< torch.save since PyTorch 1.6
  kPickle,  ///< torch.save before
  kSafetensors,
  kOther,
};

/// The first 512 bytes of a file, or all of a shorter one.
inline std::string read_file_head(const std::filesystem::path& path) {
  std::string head(512, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

inline FileKind file_kind(std::string_view head) {
  // A safetensors file starts with the length of its header, which may look like the start of the others.
  if (head.size() > 8 && head[8] == '{') return FileKind::kSafetensors;
  if (head.starts_with("PK\3\4") || head.starts_with("PK\5\6")) return FileKind::kZip;
  if (head.starts_with('\x80')) return FileKind::kPickle;
  return FileKind::kOther;
}

/// Says what a file is that holds no weights, as far as its first bytes tell: what people have in the place of a file
/// of weights are pages of a failed download, archives around it, and other programs' formats.
inline std::string describe_foreign_file(std::string_view head) {
  static constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
      {"version https://git-lfs", "it is a pointer of Git LFS; `git lfs pull` fetches the file itself"},
      {"\x1f\x8b", "it is packed with gzip; unpack it first"},
      {"BZh", "it is packed with bzip2; unpack it first"},
      {"\xfd"
       "7zXZ",
       "it is packed with xz; unpack it first"},
      {"\x28\xb5\x2f\xfd", "it is packed with zstd; unpack it first"},
      {"7z\xbc\xaf", "it is a 7z archive; unpack it first"},
      {"Rar!", "it is a RAR archive; unpack it first"},
      {"\x89HDF", "it is an HDF5 file, as Keras writes them"},
      {"\x93NUMPY", "it is a NumPy array"}};
  for (const auto& [magic, text] : kKnown)
    if (head.starts_with(magic)) return std::string(text);
  if (head.empty()) return "it is empty";
  if (head.size() > 262 && head.substr(257, 5) == "ustar")
    return "it is a tar file: unpack it first, or, if PyTorch before 0.1.10 wrote it, load and save it with a newer "
           "one";
  const auto text = head.substr(0, 200);
  if (text.find("<html") != std::string_view::npos || text.find("<HTML") != std::string_view::npos ||
      text.find("<!DOCTYPE") != std::string_view::npos || text.find("<!doctype") != std::string_view::npos)
    return "it is a web page, as a failed download leaves it";
  return fmt::format("it starts with `{}`", io::printable(std::string(head.substr(0, 16))));
}

}  // namespace qcs
