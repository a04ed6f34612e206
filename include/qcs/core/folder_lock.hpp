// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/core/host_name.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace qcs {

/// Holds a folder for one process at a time, through a lock on its file `.lock`. The system frees the lock when the
/// process ends, however it ends; the file stays and means nothing by itself.
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
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  /// "process 4711 on HOST". The holder may just have taken the lock, with its predecessor's text still there.
  std::string read_holder() const {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::array<char, 512> text{};
    const auto size = ::pread(descriptor_, text.data(), text.size(), 0);
    const std::string_view read(text.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size)));
    const auto line = read.substr(0, read.find('\n'));
    return line.empty() ? "another process" : std::string(line);
  }

  int descriptor_ = -1;
};

}  // namespace qcs
