// SPDX-License-Identifier: MIT
#pragma once

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <qcs/core/memory_error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/program/memory_to_start.hpp>
#include <qcs/program/spare_memory.hpp>
#include <vector>

namespace qcs::program {

namespace detail {

/// Lets OpenBLAS take the buffers that so many threads multiply in, which it keeps: later it would try for ever where
/// the memory is used up. Does nothing where another library multiplies. Throws MemoryError.
inline void take_blas_buffers(int threads) {
  using Allocate = void* (*)(int);
  using Free = void (*)(void*);
  const auto allocate = reinterpret_cast<Allocate>(::dlsym(RTLD_DEFAULT, "blas_memory_alloc"));
  const auto free = reinterpret_cast<Free>(::dlsym(RTLD_DEFAULT, "blas_memory_free"));
  if (allocate == nullptr || free == nullptr) return;
  std::vector<void*> buffers;
  bool all = true;
  for (int i = 0; i < threads && all; ++i) {
    all = address_space_is_free(kBlasBuffer);
    if (all) buffers.push_back(allocate(0));
  }
  for (void* buffer : buffers) free(buffer);
  if (!all)
    throw MemoryError(fmt::format("out of memory: {} compute threads multiply in {} MiB each, before any batch or "
                                  "picture; lower --threads",
                                  threads, kBlasBuffer >> 20),
                      kBlasBuffer);
}

}  // namespace detail

/// Sets the number of LibTorch's compute threads. Where the address space is limited (ulimit -v) it also starts them,
/// with all that they need for themselves, so that memory which gets short later is met where it can be said. Throws
/// MemoryError.
inline void start_compute_threads(int threads) {
  if (!detail::address_space_is_limited()) {
    torch::set_num_threads(threads);
    return;
  }
  spare_memory_for_libraries();
  constexpr std::size_t kStack = std::size_t{16} << 20;
  if (!detail::address_space_is_free(kStack * static_cast<std::size_t>(threads)))
    throw MemoryError(fmt::format("out of memory: there is no room for {} compute threads; lower --threads", threads),
                      kStack * static_cast<std::size_t>(threads));
  torch::set_num_threads(threads);
  at::parallel_for(0, threads, 1, [](std::int64_t, std::int64_t) {});
  detail::take_blas_buffers(threads);
}

}  // namespace qcs::program
