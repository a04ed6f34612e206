// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <fmt/format.h>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <qcs/core/error.hpp>
#include <string>

namespace qcs::test {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(QCS_TEST_DATA) / "checkpoints" / name;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Whether an error has `text` in its message.
inline auto says(std::string text) {
  return [text](const Error& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

/// A file of given bytes that vanishes with this object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes = {}, const std::string& name = "weights")
      : path_(std::filesystem::temp_directory_path() / fmt::format("qcs-{}-{}", ::getpid(), name)) {
    write(bytes);
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(const std::string& bytes) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace qcs::test
