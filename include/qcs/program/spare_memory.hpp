// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <malloc.h>

#include <cstddef>
#include <cstring>
#include <qcs/core/memory_error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/program/memory_to_start.hpp>

namespace qcs::program {

namespace detail {

/// LibTorch's allocator, but for tensors that would leave the libraries beneath it without room to work in.
class SparingAllocator final : public c10::Allocator {
 public:
  explicit SparingAllocator(c10::Allocator& allocator) : allocator_(allocator) {}

  // Versions of LibTorch differ in whether this is const; the other one is never called.
  c10::DataPtr allocate(std::size_t bytes) const { return take(bytes); }
  c10::DataPtr allocate(std::size_t bytes) { return take(bytes); }

  c10::DeleterFnPtr raw_deleter() const override { return allocator_.raw_deleter(); }

  /// Of newer versions.
  void copy_data(void* to, const void* from, std::size_t bytes) const { std::memcpy(to, from, bytes); }

 private:
  /// OpenBLAS and oneDNN take less at a time, and end the process where they get none.
  static constexpr std::size_t kSpare = std::size_t{64} << 20;
  static constexpr std::size_t kLeastAsked = std::size_t{4} << 10;

  c10::DataPtr take(std::size_t bytes) const {
    auto memory = allocator_.allocate(bytes);
    if (bytes >= kLeastAsked && !address_space_is_free(kSpare))
      throw MemoryError(fmt::format("out of memory: {} could not be had", MemoryRequest{bytes}.text()), bytes);
    return memory;
  }

  c10::Allocator& allocator_;
};

}  // namespace detail

/// For a limited address space: from now on a tensor that would use up its last megabytes is a MemoryError. Libraries
/// that LibTorch computes with end the process when they find none left. To be called before threads start.
inline void spare_memory_for_libraries() {
#if defined(__GLIBC__)
  // Each thread would set 64 MiB of the address space aside for what it allocates.
  ::mallopt(M_ARENA_MAX, 1);
#endif
  static detail::SparingAllocator allocator(*c10::GetAllocator(c10::DeviceType::CPU));
  c10::SetAllocator(c10::DeviceType::CPU, &allocator, /*priority=*/1);
}

}  // namespace qcs::program
