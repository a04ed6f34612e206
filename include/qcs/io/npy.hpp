// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/torch.hpp>
#include <string>

namespace qcs::io {

/// Writes a tensor as float32 in NumPy's format (NEP 1, version 1.0), which `numpy.load` reads. Throws Error naming the
/// path if the file cannot be written; an older one is then left as it was.
inline void write_npy(const std::filesystem::path& path, const torch::Tensor& tensor) {
  const auto values = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  const auto sizes = fmt::format("{}{}", fmt::join(values.sizes(), ", "), values.dim() == 1 ? "," : "");
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes);
  constexpr std::size_t kStart = 10, kAlignment = 64;
  header.append(kAlignment - (kStart + header.size() + 1) % kAlignment, ' ');
  header += '\n';
  write_atomically(path, [&](std::ofstream& out) {
    out.write("\x93NUMPY\x01\x00", 8);
    out.put(static_cast<char>(header.size() & 255)).put(static_cast<char>(header.size() >> 8));
    out << header;
    out.write(reinterpret_cast<const char*>(values.data_ptr<float>()),
              static_cast<std::streamsize>(values.numel() * static_cast<std::int64_t>(sizeof(float))));
  });
}

}  // namespace qcs::io
