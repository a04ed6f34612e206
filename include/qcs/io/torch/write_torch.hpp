// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/torch/pickler.hpp>
#include <string>
#include <string_view>

namespace qcs::io {

namespace detail {

/// Pickles a value of dictionaries, texts, numbers and tensors into the zip that torch.save writes. torch::pickle_save
/// would wrap each dictionary in a call that restores its C++ type, which `torch.load(weights_only=True)` refuses; it
/// would also hold the whole file in memory. LibTorch's writer ends the process when a write fails while it is
/// destroyed, so it never learns of one; the caller looks at `out`. Returns the errno of the first write that failed,
/// or 0.
inline int pickle_to(std::ostream& out, const c10::IValue& root) {
  std::string pickle;
  torch::jit::Pickler pickler([&](const char* bytes, std::size_t size) { pickle.append(bytes, size); }, nullptr,
                              nullptr, nullptr, {},
                              /*tag_aggregates=*/false);
  pickler.protocol();
  pickler.pushIValue(root);
  pickler.stop();
  int error = 0;
  caffe2::serialize::PyTorchStreamWriter writer([&](const void* bytes, std::size_t size) {
    if (out && !out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size))) error = errno;
    return size;
  });
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  std::size_t number = 0;
  for (const auto& tensor : pickler.tensorData()) {
    const auto data = torch::jit::getWriteableTensorData(tensor);
    writer.writeRecord(fmt::format("data/{}", number++), data.data(), data.sizeInBytes());
  }
  writer.writeEndOfFile();
  return error;
}

}  // namespace detail

/// Writes a value as a file of torch.save that Python reads with and without `weights_only`, atomically. Throws Error
/// naming the file.
inline void write_torch_value(const std::filesystem::path& path, const c10::IValue& root) {
  write_atomically(path, [&](std::ofstream& out) {
    int failed = 0;
    try {
      failed = detail::pickle_to(out, root);
    } catch (const std::exception& error) {
      const std::string_view text = error.what();  // LibTorch appends a backtrace
      throw Error(fmt::format("cannot write {}: {}", path.string(), text.substr(0, text.find('\n'))));
    }
    if (failed != 0) throw Error(fmt::format("cannot write {}: {}", path.string(), std::strerror(failed)));
  });
}

/// Writes weights as {"state_dict": {name: tensor}, "metadata": {...}}, see write_torch_value. Also throws
/// CheckpointError for a name that occurs twice.
inline void write_torch(const std::filesystem::path& path, const NamedTensors& tensors, const Metadata& metadata = {}) {
  c10::impl::GenericDict root(c10::StringType::get(), c10::AnyType::get());
  c10::Dict<std::string, torch::Tensor> state;
  for (const auto& [name, tensor] : tensors) {
    if (state.contains(name)) throw CheckpointError(fmt::format("{}: two tensors are called {}", path.string(), name));
    state.insert(name, tensor.detach().cpu().contiguous());
  }
  c10::Dict<std::string, std::string> about;
  for (const auto& [key, value] : metadata) about.insert(key, value);
  root.insert("state_dict", state);
  root.insert("metadata", about);
  write_torch_value(path, root);
}

}  // namespace qcs::io
