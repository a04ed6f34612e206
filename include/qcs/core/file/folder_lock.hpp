// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/host_name.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace qcs {

namespace detail {

/// Whether an errno of flock says that the file system knows no locks: of Lustre without `-o flock`, NFS without lockd,
/// FUSE.
inline bool knows_no_locks(int error) {
  return error == ENOSYS || error == ENOTSUP || error == EOPNOTSUPP || error == ENOLCK || error == EINVAL;
}

}  // namespace detail

/// Holds a folder for one process at a time, through a lock on its file `.lock`. The system frees the lock when the
/// process ends, however it ends; the file stays and means nothing by itself. Where the file system knows no locks,
/// nothing is held, and note() says so.
class FolderLock {
 public:
  /// Takes the folder, which must exist. Throws Error: it names process and host of who holds it, or says why the lock
  /// file cannot be written.
  explicit FolderLock(const std::filesystem::path& folder) {
    const auto file = folder / ".lock";
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) throw Error(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
    // flock and not fcntl: its lock belongs to this open file, so it also keeps two runs of one process apart.
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int error = errno;
      if (detail::knows_no_locks(error)) {
        note_ = fmt::format("{}: the file system knows no locks ({}), so nothing keeps a second run out of this folder",
                            folder.string(), std::strerror(error));
        return;
      }
      const auto holder = error == EWOULDBLOCK ? read_holder() : std::string();
      ::close(descriptor_);
      if (error != EWOULDBLOCK) throw Error(fmt::format("cannot lock {}: {}", file.string(), std::strerror(error)));
      throw Error(fmt::format("{} is in use by {}; choose another folder or wait for it", folder.string(), holder));
    }
    const auto text = fmt::format("process {} on {}\n", ::getpid(), host_name());
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
      const int error = errno;
      ::close(descriptor_);
      throw Error(fmt::format("cannot write {}: {}", file.string(), std::strerror(error)));
    }
  }

  ~FolderLock() {
    if (descriptor_ < 0) return;
    // Who takes the lock next shall not pass for this process until it has written its own name.
    [[maybe_unused]] const int failed = note_ ? 0 : ::ftruncate(descriptor_, 0);
    ::close(descriptor_);
  }

  FolderLock(FolderLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), note_(std::move(other.note_)) {}
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// What the user should know: that the folder is not held after all.
  const std::optional<std::string>& note() const { return note_; }

 private:
  /// "process 4711 on HOST", or "another process". The holder may just have taken the lock and not have written that
  /// yet; what is there then is nothing, or of a process that was killed.
  std::string read_holder() const {
    constexpr int kAttempts = 40;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      std::array<char, 512> text{};
      const auto size = ::pread(descriptor_, text.data(), text.size(), 0);
      const std::string_view read(text.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size)));
      const auto line = read.substr(0, read.find('\n'));
      if (line.size() < read.size() && may_be_alive(line)) return std::string(line);
    }
    return "another process";
  }

  /// False for a process of this machine that is gone, and for what names none.
  static bool may_be_alive(std::string_view holder) {
    constexpr std::string_view kBefore = "process ", kBetween = " on ";
    if (!holder.starts_with(kBefore)) return false;
    holder.remove_prefix(kBefore.size());
    pid_t process = 0;
    const auto [end, error] = std::from_chars(holder.data(), holder.data() + holder.size(), process);
    holder.remove_prefix(static_cast<std::size_t>(end - holder.data()));
    if (error != std::errc() || process <= 0 || !holder.starts_with(kBetween)) return false;
    return holder.substr(kBetween.size()) != host_name() || ::kill(process, 0) == 0 || errno == EPERM;
  }

  int descriptor_ = -1;
  std::optional<std::string> note_;
};

}  // namespace qcs
