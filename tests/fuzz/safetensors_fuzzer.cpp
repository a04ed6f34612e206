// SPDX-License-Identifier: MIT
//
// Reads any bytes as a safetensors file: they yield tensors or a CheckpointError, and nothing else.

#include <cstddef>
#include <cstdint>
#include <qcs/io/safetensors.hpp>

#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static qcs::fuzz::MemoryFile file;
  try {
    (void)qcs::io::read_safetensors(file.write({reinterpret_cast<const char*>(data), size}));
  } catch (const qcs::CheckpointError&) {
  }
  return 0;
}
