// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace qcs::fuzz {

/// A file in memory, because the readers take paths. One for the whole process, rewritten for every input.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("qcs-fuzz", 0)), path_(fmt::format("/proc/self/fd/{}", descriptor_)) {
    if (descriptor_ < 0) std::abort();
  }

  const std::filesystem::path& write(std::string_view bytes) {
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
    return path_;
  }

 private:
  int descriptor_;
  std::filesystem::path path_;
};

}  // namespace qcs::fuzz
