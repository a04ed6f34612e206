// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/weight_file.hpp>
#include <qcs/io/write_torch.hpp>
#include <string>
#include <vector>

namespace qcs {

/// State of a training run between two epochs.
struct Checkpoint {
  static constexpr const char* kFormat = "qcs checkpoint 1";

  std::string architecture;  ///< `NetworkImpl::architecture()`
  io::Metadata metadata = {};  ///< what travels with the weights: label space, preprocessing, recipe, version
  std::int64_t epochs_done = 0;
  std::int64_t steps = 0;
  std::int64_t seed = 0;
  std::int64_t best_epoch = -1;
  std::vector<std::int64_t> best_confusion = {};  ///< row-major counts; empty before the first evaluation
  io::NamedTensors state_dict = {};  ///< parameters and buffers under the public names, on the CPU
  std::string optimizer = {};  ///< the base optimiser's state as LibTorch serialises it
};

namespace detail {

/// The entries of a checkpoint's dictionary; each throws CheckpointError if it is missing or of another type.
class CheckpointFields {
 public:
  explicit CheckpointFields(const io::PickleValue& root) : root_(io::unwrapped(root)) {}

  const io::PickleValue& at(const char* name) const {
    const auto* value = root_.find(name);
    if (value == nullptr) throw CheckpointError(fmt::format("it has no `{}`", name));
    return io::unwrapped(*value);
  }

  const std::string& text(const char* name) const { return at(name, io::PickleValue::Kind::kText).text; }
  std::int64_t integer(const char* name) const { return at(name, io::PickleValue::Kind::kInteger).integer; }

  io::TensorValue tensor(const char* name, torch::ScalarType dtype) const {
    auto value = io::tensor_value(at(name));
    if (!value || value->storage.dtype != dtype) throw CheckpointError(fmt::format("`{}` is of another type", name));
    return std::move(*value);
  }

 private:
  const io::PickleValue& at(const char* name, io::PickleValue::Kind kind) const {
    const auto& value = at(name);
    if (!value.is(kind)) throw CheckpointError(fmt::format("`{}` is of another type", name));
    return value;
  }

  const io::PickleValue& root_;
};

}  // namespace detail

/// Parameters and buffers of a module by name, copied to the CPU.
inline io::NamedTensors state_dict(const torch::nn::Module& module) {
  io::NamedTensors state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value().detach().cpu().clone());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value().detach().cpu().clone());
  return state;
}

/// Writes a checkpoint atomically. The file is a zip of a plain dictionary, which Python's `torch.load` reads too.
/// Throws Error naming the file.
inline void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  c10::impl::GenericDict root(c10::StringType::get(), c10::AnyType::get());
  c10::Dict<std::string, torch::Tensor> tensors;
  for (const auto& [name, tensor] : checkpoint.state_dict) tensors.insert(name, tensor);
  c10::Dict<std::string, std::string> metadata;
  for (const auto& [key, value] : checkpoint.metadata) metadata.insert(key, value);
  root.insert("format", std::string(Checkpoint::kFormat));
  root.insert("architecture", checkpoint.architecture);
  root.insert("metadata", metadata);
  root.insert("epoch", checkpoint.epochs_done);
  root.insert("steps", checkpoint.steps);
  root.insert("seed", checkpoint.seed);
  root.insert("best_epoch", checkpoint.best_epoch);
  root.insert("best_confusion", torch::tensor(checkpoint.best_confusion, torch::kInt64));
  root.insert("state_dict", tensors);
  auto bytes = torch::empty({static_cast<std::int64_t>(checkpoint.optimizer.size())}, torch::kUInt8);
  std::copy(checkpoint.optimizer.begin(), checkpoint.optimizer.end(), bytes.data_ptr<std::uint8_t>());
  root.insert("optimizer", bytes);
  io::write_torch_value(path, root);
}

/// Reads a checkpoint, every byte of it against its checksum. Throws CheckpointError when the file is missing, damaged, or
/// not a qcs checkpoint.
inline Checkpoint load_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path))
    throw CheckpointError(fmt::format("no checkpoint at {}", path.string()));
  try {
    io::ZipTorchFile file(path);
    const detail::CheckpointFields fields(file.root());
    if (const auto& format = fields.text("format"); format != Checkpoint::kFormat)
      throw CheckpointError(fmt::format("its format is `{}`, expected `{}`", format, Checkpoint::kFormat));
    Checkpoint checkpoint{.architecture = fields.text("architecture"),
                          .metadata = io::detail::texts_in(fields.at("metadata")),
                          .epochs_done = fields.integer("epoch"),
                          .steps = fields.integer("steps"),
                          .seed = fields.integer("seed"),
                          .best_epoch = fields.integer("best_epoch")};
    auto wishes = io::detail::tensors_in(fields.at("state_dict"));
    wishes.emplace_back("best_confusion", fields.tensor("best_confusion", torch::kInt64));
    wishes.emplace_back("optimizer", fields.tensor("optimizer", torch::kUInt8));
    checkpoint.state_dict = std::move(file).read_all(wishes);
    const auto take_last = [&] {
      auto tensor = checkpoint.state_dict.back().second.contiguous();
      checkpoint.state_dict.pop_back();
      return tensor;
    };
    const auto optimizer = take_last();
    const auto counts = take_last();
    checkpoint.best_confusion.assign(counts.data_ptr<std::int64_t>(), counts.data_ptr<std::int64_t>() + counts.numel());
    checkpoint.optimizer.assign(reinterpret_cast<const char*>(optimizer.data_ptr<std::uint8_t>()),
                                static_cast<std::size_t>(optimizer.numel()));
    return checkpoint;
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{} is not a qcs checkpoint, or it is damaged: {}", path.string(), error.what()));
  }
}

/// Reads a checkpoint for `network` (a `NetworkImpl`) and throws CheckpointError, naming both, if it belongs to another
/// architecture. Loads nothing into the network.
template <class NetworkImpl>
Checkpoint load_for(const NetworkImpl& network, const std::filesystem::path& path) {
  auto checkpoint = load_checkpoint(path);
  if (checkpoint.architecture != network.architecture())
    throw CheckpointError(fmt::format("{} holds {}; this run builds {}", path.string(), checkpoint.architecture,
                                      network.architecture()));
  return checkpoint;
}

}  // namespace qcs
