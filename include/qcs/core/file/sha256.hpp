// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <qcs/core/error.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw Error("cannot start a SHA-256 computation");
  }

  void update(std::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) throw Error("cannot compute a SHA-256");
  }

  /// The digest as 64 hexadecimal digits; ends the computation.
  std::string finish() {
    std::array<std::uint8_t, 32> digest;
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) throw Error("cannot compute a SHA-256");
    return fmt::format("{:02x}", fmt::join(digest, ""));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

inline std::string sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

/// SHA-256 of a file's content, read piece by piece. Throws DataError naming the file if it cannot be read.
inline std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(file))
    throw DataError(fmt::format("{}: cannot open this file for its checksum", file.string()));
  Sha256 sum;
  std::vector<char> piece(1 << 18);
  do {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    sum.update({piece.data(), static_cast<std::size_t>(stream.gcount())});
  } while (stream);
  if (!stream.eof()) throw DataError(fmt::format("{}: cannot read this file: {}", file.string(), std::strerror(errno)));
  return sum.finish();
}

}  // namespace qcs
