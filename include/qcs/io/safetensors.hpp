// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/safetensors_header.hpp>
#include <qcs/io/safetensors_header_builder.hpp>
#include <string>
#include <utility>

namespace qcs::io {

/// A safetensors file in memory (github.com/huggingface/safetensors, section "Format").
struct Safetensors {
  NamedTensors tensors;
  Metadata metadata;
};

/// Reads a safetensors file. Sizes are checked against the file before memory is taken. Throws CheckpointError as
/// read_safetensors_header does. The format has no checksum: a changed byte of a tensor goes unnoticed.
inline Safetensors read_safetensors(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw CheckpointError("cannot be read");
  auto header = read_safetensors_header(in, std::filesystem::file_size(path));
  Safetensors file{.tensors = {}, .metadata = std::move(header.metadata)};
  for (const auto& entry : header.entries) {
    auto tensor = torch::empty(entry.shape, entry.dtype);
    in.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(entry.end - entry.begin));
    if (!in) throw CheckpointError(fmt::format("tensor {} is cut off", entry.name));
    if (entry.dtype == torch::kBool && (tensor.view(torch::kUInt8) > 1).any().item<bool>())
      throw CheckpointError(fmt::format("tensor {} has truth values beside 0 and 1", entry.name));
    file.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return file;
}

/// Writes a safetensors file atomically. Throws CheckpointError naming the file for a name that occurs twice or is
/// `__metadata__` and for a dtype that the format lacks, Error if the file cannot be written.
inline void write_safetensors(const std::filesystem::path& path, NamedTensors tensors, const Metadata& metadata = {}) {
  // Widest numbers first, so that every tensor starts at a multiple of its own numbers.
  std::ranges::stable_sort(tensors, std::greater(), [](const auto& named) { return named.second.element_size(); });
  SafetensorsHeaderBuilder header;
  std::string start;
  try {
    header.set_metadata(metadata);
    for (const auto& [name, tensor] : tensors) {
      const auto* dtype = std::ranges::find(detail::kSafetensorsDtypes, tensor.scalar_type(),
                                            [](const auto& pair) { return pair.second; });
      if (dtype == detail::kSafetensorsDtypes.end())
        throw CheckpointError(
            fmt::format("safetensors has no dtype for {} of {}", c10::toString(tensor.scalar_type()), name));
      header.add(name, dtype->first, tensor.sizes().vec(), tensor.nbytes());
    }
    start = header.bytes();
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{}: {}", path.string(), error.what()));
  }
  write_atomically(path, [&](std::ofstream& out) {
    out << start;
    for (const auto& [name, tensor] : tensors) {
      const auto values = tensor.detach().cpu().contiguous();
      out.write(static_cast<const char*>(values.data_ptr()), static_cast<std::streamsize>(values.nbytes()));
    }
  });
}

}  // namespace qcs::io
