// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

// For programs, not for shared libraries: it stands before main() and before the libraries that a program loads.

namespace qcs::program::detail {

/// Address space that OpenBLAS takes for each compute thread when its library loads, and again when a thread
/// multiplies.
inline constexpr std::size_t kBlasBuffer = std::size_t{129} << 20;

/// Whether the address space is limited (ulimit -v).
inline bool address_space_is_limited() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/// Whether so much address space could be had now.
inline bool address_space_is_free(std::size_t bytes) {
  void* const probe = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe == MAP_FAILED) return false;
  ::munmap(probe, bytes);
  return true;
}

/// OpenBLAS asks for its buffers again and again, for ever, where the system refuses them, and other libraries end the
/// process by a signal. So a limit on the address space is held against what loading takes while nothing is loaded yet;
/// the C library is not set up either, which leaves system calls.
inline void require_memory_to_start(int /*argc*/, char** /*argv*/, char** environment) {
  if (!address_space_is_limited()) return;
  long threads = ::sysconf(_SC_NPROCESSORS_ONLN);
  constexpr const char* kThreads = "OMP_NUM_THREADS=";
  for (char** entry = environment; *entry != nullptr; ++entry)
    if (std::strncmp(*entry, kThreads, std::strlen(kThreads)) == 0)
      if (const long asked = std::strtol(*entry + std::strlen(kThreads), nullptr, 10); asked > 0 && asked < threads)
        threads = asked;
  constexpr std::size_t kOthers = std::size_t{128} << 20;  // most of it for LibTorch with CUDA, which registers more
  if (address_space_is_free(kOthers + kBlasBuffer * static_cast<std::size_t>(threads > 1 ? threads : 1))) return;
  constexpr char kMessage[] =
      "error: out of memory: the limit on the address space (ulimit -v) is too low to load the program's libraries, "
      "which takes about 0.6 GiB and 0.13 GiB for each compute thread, before any batch or picture; raise it, or lower "
      "OMP_NUM_THREADS\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  ::_exit(1);
}

/// The loader runs the functions of this section before all others.
__attribute__((section(".preinit_array"),
               used)) static void (*const kRequireMemoryToStart)(int, char**, char**) = require_memory_to_start;

}  // namespace qcs::program::detail
