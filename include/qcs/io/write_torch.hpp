// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <qcs/core/atomic_file.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <string>
#include <string_view>

namespace qcs::io {

/// Writes a file that Python's torch.load reads, with and without `weights_only`: {"state_dict": {prefix + name: tensor},
/// "metadata": {...}}. Replaces the file as a whole or not at all. Throws Error naming the file.
inline void write_torch(const std::filesystem::path& path, const NamedTensors& tensors, const Metadata& metadata = {},
                        std::string_view prefix = "") {
  c10::impl::GenericDict root(c10::StringType::get(), c10::AnyType::get());
  c10::Dict<std::string, torch::Tensor> state;
  for (const auto& [name, tensor] : tensors) state.insert(std::string(prefix).append(name), tensor.detach().cpu().contiguous());
  c10::Dict<std::string, std::string> about;
  for (const auto& [key, value] : metadata) about.insert(key, value);
  root.insert("state_dict", state);
  root.insert("metadata", about);
  const auto bytes = torch::pickle_save(root);
  write_atomically(path, [&](std::ofstream& out) { out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
}

}  // namespace qcs::io
