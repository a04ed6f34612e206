// SPDX-License-Identifier: MIT
// This program's own write, writev, fsync, rename, link and flock stand before the C library's, for the standard
// library too.
#include "system_calls.hpp"

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace {

using faults::Ability;
using faults::Fault;

std::atomic<Fault> fault{Fault::kNone};
std::atomic<int> fault_at{0}, fault_signal{0}, calls{0};
std::atomic<Ability> missing{Ability::kNone};
std::atomic<int> missing_error{0};

/// Whether this call has to fail. `part()` does so much of it as is done when the process dies within it.
bool meets_fault(auto&& part) {
  const Fault what = fault.load();
  const int call = ++calls;
  if (what == Fault::kFullDiskForGood) return call >= fault_at.load();
  if (what == Fault::kNone || call != fault_at.load()) return false;
  if (what == Fault::kSignal) ::raise(fault_signal);
  if (what == Fault::kKillWithin) part();
  if (what == Fault::kKill || what == Fault::kKillWithin) ::kill(::getpid(), SIGKILL);
  return what == Fault::kFullDisk;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

int fail(int error) {
  errno = error;
  return -1;
}

bool lacks(Ability ability) { return missing.load() == ability; }

bool is_folder(int file) {
  struct stat status {};
  return ::fstat(file, &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

namespace faults {

void set_fault(Fault what, int n, int signal) {
  calls = 0;
  fault_at = n;
  fault_signal = signal;
  fault = what;
}

int calls_seen() { return calls; }

void take_away(Ability ability, int error) {
  missing_error = error;
  missing = ability;
}

}  // namespace faults

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (file > STDERR_FILENO && meets_fault([&] { real(file, bytes, size / 2); })) return fail(ENOSPC);
  return real(file, bytes, size);
}

ssize_t writev(int file, const iovec* parts, int count) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int)>("writev");
  if (file > STDERR_FILENO && meets_fault([&] { real(file, parts, 1); })) return fail(ENOSPC);
  return real(file, parts, count);
}

int fsync(int file) {
  static const auto real = next<int (*)(int)>("fsync");
  if (meets_fault([&] { real(file); })) return fail(ENOSPC);
  return lacks(is_folder(file) ? Ability::kFolderSync : Ability::kSync) ? fail(missing_error) : real(file);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return meets_fault([&] { real(from, to); }) ? fail(ENOSPC) : real(from, to);
}

int link(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("link");
  if (meets_fault([&] { real(from, to); })) return fail(ENOSPC);
  return lacks(Ability::kHardLink) ? fail(missing_error) : real(from, to);
}

int flock(int file, int operation) noexcept {
  static const auto real = next<int (*)(int, int)>("flock");
  return lacks(Ability::kLock) ? fail(missing_error) : real(file, operation);
}
}
