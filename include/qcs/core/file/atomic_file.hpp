// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <system_error>

namespace qcs {

/// Throws Error, naming the file and what went wrong, if writing to `out` has failed.
inline void require_written(const std::ofstream& out, const std::filesystem::path& path) {
  if (!out) throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
}

/// Makes a folder and those above it, where they are missing. Throws Error naming the folder.
inline void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
}

namespace detail {

/// Whether an errno says that a file or folder is one that cannot be synced: some file systems (FUSE, CIFS, WSL's)
/// know no such thing for folders, and a folder that may be written to but not read cannot be opened for it. A disk
/// that failed or is full (EIO, ENOSPC, EDQUOT) is not among these.
inline bool cannot_be_synced(int error) {
  constexpr int kErrors[] = {EINVAL, ENOTSUP, EOPNOTSUPP, ENOSYS, EBADF, EROFS, EACCES, EPERM};
  return std::ranges::find(kErrors, error) != std::end(kErrors);
}

}  // namespace detail

/// Waits until a file or, with O_DIRECTORY, the names in a folder are on the disk, as far as the file system offers
/// that. Throws Error naming the path.
inline void sync_to_disk(const std::filesystem::path& path, int flags) {
  const auto uninterrupted = [](auto&& call) {
    int result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
  };
  const int descriptor = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC); });
  const int result = descriptor < 0 ? -1 : uninterrupted([&] { return ::fsync(descriptor); });
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (result < 0 && !detail::cannot_be_synced(error))
    throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(error)));
}

namespace detail {

inline std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

inline std::filesystem::path temporary_for(const std::filesystem::path& path) {
  return folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
}

/// Lets `make(temporary)` make a file beside `path` and gives it that name, durably and in one step. On failure throws
/// Error, and removes the temporary file.
void replace_atomically(const std::filesystem::path& path, auto&& make) {
  const auto temporary = temporary_for(path);
  try {
    make(temporary);
    std::filesystem::rename(temporary, path);
    sync_to_disk(folder_of(path), O_RDONLY | O_DIRECTORY);
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

}  // namespace detail

/// Replaces `path` by what `write(std::ofstream&)` puts out, or leaves it as it was: the bytes go to a temporary file
/// in the same folder, are synced, and take the name in one rename. Throws Error naming the file; no temporary file
/// stays.
void write_atomically(const std::filesystem::path& path, auto&& write) {
  detail::replace_atomically(path, [&](const std::filesystem::path& temporary) {
    {
      std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
      require_written(out, path);
      write(out);
      out.close();
      require_written(out, path);
    }
    sync_to_disk(temporary, O_RDONLY);
  });
}

/// Makes `path` a second name of the file `existing`, in place of what it named, in one step. Where the file system
/// knows no hard links it becomes a copy. Throws Error naming `path`.
inline void link_atomically(const std::filesystem::path& existing, const std::filesystem::path& path) {
  detail::replace_atomically(path, [&](const std::filesystem::path& temporary) {
    std::error_code error;
    std::filesystem::remove(temporary, error);
    std::filesystem::create_hard_link(existing, temporary, error);
    if (!error) return;
    std::filesystem::copy_file(existing, temporary, std::filesystem::copy_options::overwrite_existing);
    sync_to_disk(temporary, O_RDONLY);
  });
  // Renaming one of two names of a file to the other does nothing, the first one included.
  std::error_code ignored;
  std::filesystem::remove(detail::temporary_for(path), ignored);
}

/// Removes the temporary files that killed processes left in `folder` while they replaced a file there, and returns how
/// many there were. Nobody else may be writing to the folder.
inline int remove_orphans(const std::filesystem::path& folder) {
  const auto is_orphan = [](std::string_view name) {
    constexpr std::string_view kEnd = ".tmp";
    if (!name.starts_with('.') || !name.ends_with(kEnd)) return false;
    name.remove_suffix(kEnd.size());
    const auto process = name.substr(name.rfind('.') + 1);
    return process.size() < name.size() - 1 && !process.empty() &&
           std::ranges::all_of(process, [](char c) { return c >= '0' && c <= '9'; });
  };
  int removed = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.is_regular_file(error) && is_orphan(entry.path().filename().string()) &&
        std::filesystem::remove(entry.path(), error))
      ++removed;
  return removed;
}

}  // namespace qcs
