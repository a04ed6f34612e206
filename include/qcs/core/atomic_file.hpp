// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <qcs/core/error.hpp>
#include <string_view>
#include <system_error>

namespace qcs {

namespace detail {

inline void sync_to_disk(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0 || ::fsync(descriptor) != 0) {
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(error)));
  }
  ::close(descriptor);
}

}  // namespace detail

/// Replaces `path` by what `write(std::ofstream&)` puts out, or leaves it as it was: the bytes go to a temporary file in the
/// same folder, are synced, and take the name in one rename. Throws Error naming the file; no temporary file stays.
void write_atomically(const std::filesystem::path& path, auto&& write) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto temporary = folder / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
  try {
    {
      std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
      if (!out) throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
      write(out);
      out.flush();
      if (!out) throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
    }
    detail::sync_to_disk(temporary, O_RDONLY);
    std::filesystem::rename(temporary, path);
    detail::sync_to_disk(folder, O_RDONLY | O_DIRECTORY);
  } catch (const std::filesystem::filesystem_error& error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw Error(fmt::format("cannot write {}: {}", path.string(), error.code().message()));
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

}  // namespace qcs
