// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <qcs/core/progress.hpp>
#include <thread>
#include <vector>

namespace qcs {

/// Calls `body(i)` once for every i of 0..count-1, on `threads` threads; `progress`, if any, is called by one at a
/// time. The first exception ends the work and is rethrown.
void parallel_for(std::size_t count, int threads, const auto& body, const ProgressCallback& progress) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::size_t done = 0;
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < count;) {
      try {
        body(i);
        const std::lock_guard lock(mutex);
        ++done;
        if (progress) progress(done, count);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int t = 1; t < std::min<std::ptrdiff_t>(threads, static_cast<std::ptrdiff_t>(count)); ++t)
      workers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace qcs
