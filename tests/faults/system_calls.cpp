// SPDX-License-Identifier: MIT
// This program's own write, writev, fsync, rename and link stand before the C library's, for the standard library too.
#include "system_calls.hpp"

#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace {

std::atomic<faults::Fault> fault{faults::Fault::kNone};
std::atomic<int> fault_at{0}, calls{0};

/// Whether this call has to fail.
bool meets_fault() {
  using faults::Fault;
  const Fault what = fault.load();
  const int call = ++calls;
  if (what == Fault::kNone || call < fault_at.load()) return false;
  if (what == Fault::kKill) ::kill(::getpid(), SIGKILL);
  return what == Fault::kFullDiskForGood || call == fault_at.load();
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

int no_space() {
  errno = ENOSPC;
  return -1;
}

}  // namespace

namespace faults {

void set_fault(Fault what, int n) {
  calls = 0;
  fault_at = n;
  fault = what;
}

int calls_seen() { return calls; }

}  // namespace faults

extern "C" {

ssize_t write(int file, const void* bytes, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (file > STDERR_FILENO && meets_fault()) return no_space();
  return real(file, bytes, size);
}

ssize_t writev(int file, const iovec* parts, int count) {
  static const auto real = next<ssize_t (*)(int, const iovec*, int)>("writev");
  if (file > STDERR_FILENO && meets_fault()) return no_space();
  return real(file, parts, count);
}

int fsync(int file) {
  static const auto real = next<int (*)(int)>("fsync");
  return meets_fault() ? no_space() : real(file);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  return meets_fault() ? no_space() : real(from, to);
}

int link(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("link");
  return meets_fault() ? no_space() : real(from, to);
}
}
