// SPDX-License-Identifier: MIT
//
// Reads any bytes as a file of torch.save: they yield tensors or a CheckpointError, and nothing else.

#include <cstddef>
#include <cstdint>
#include <qcs/weights/weight_file.hpp>

#include "memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static qcs::fuzz::MemoryFile file;
  try {
    const auto weights = qcs::read_weight_file(file.write({reinterpret_cast<const char*>(data), size}));
    for (const auto& [name, tensor] : weights.tensors)
      if (tensor.numel() > 0 && tensor.numel() < 1 << 20) (void)tensor.to(torch::kUInt8).sum().item<std::int64_t>();
  } catch (const qcs::CheckpointError&) {
  }
  return 0;
}
