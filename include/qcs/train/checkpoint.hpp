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
#include <qcs/train/run_state.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// State of a training run between two steps: all that it takes to go on as if it had never stopped.
struct Checkpoint {
  static constexpr const char* kFormat = "qcs checkpoint 2";

  std::string architecture;    ///< `NetworkImpl::architecture()`
  io::Metadata metadata = {};  ///< what travels with the weights: label space, preprocessing, recipe, version
  std::int64_t seed = 0;
  RunState state = {};
  io::NamedTensors state_dict = {};  ///< parameters and buffers under the public names: those that are evaluated
  io::NamedTensors training_state_dict = {};  ///< those that are trained, where the evaluated ones are their average
  std::string optimizer = {};                 ///< the base optimiser's state as LibTorch serialises it
  torch::Tensor generator = {};               ///< state of LibTorch's generator on the CPU, uint8; undefined for none
  torch::Tensor device_generator = {};        ///< likewise on another device that the run uses
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

inline std::vector<std::int64_t> counts_of(const ConfusionMatrix& confusion) {
  std::vector<std::int64_t> counts;
  for (int t = 0; t < confusion.classes(); ++t)
    for (int p = 0; p < confusion.classes(); ++p) counts.push_back(confusion.at(t, p));
  return counts;
}

inline ConfusionMatrix confusion_of(const std::vector<std::int64_t>& counts) {
  if (counts.empty()) return {};
  int classes = 1;
  while (static_cast<std::size_t>(classes) * static_cast<std::size_t>(classes) < counts.size()) ++classes;
  ConfusionMatrix confusion(classes);
  for (std::size_t i = 0; i < counts.size(); ++i)
    confusion.add(static_cast<int>(i) / classes, static_cast<int>(i) % classes, counts[i]);
  return confusion;
}

template <class T>
std::vector<T> values_of(const torch::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<T>(), flat.data_ptr<T>() + flat.numel()};
}

inline c10::Dict<std::string, torch::Tensor> tensor_dict(const io::NamedTensors& named) {
  c10::Dict<std::string, torch::Tensor> dict;
  for (const auto& [name, tensor] : named) dict.insert(name, tensor);
  return dict;
}

inline torch::Tensor or_empty(const torch::Tensor& tensor) {
  return tensor.defined() ? tensor : torch::empty({0}, torch::kUInt8);
}

}  // namespace detail

/// Parameters and buffers of a module by name, on the CPU; those that are there already share their memory with it.
inline io::NamedTensors state_dict(const torch::nn::Module& module) {
  io::NamedTensors state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value().detach().cpu());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value().detach().cpu());
  return state;
}

/// Writes a checkpoint atomically. The file is a zip of a plain dictionary, which Python's `torch.load` reads too.
/// Throws Error naming the file.
inline void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  const auto& state = checkpoint.state;
  c10::impl::GenericDict root(c10::StringType::get(), c10::AnyType::get());
  c10::Dict<std::string, std::string> metadata;
  for (const auto& [key, value] : checkpoint.metadata) metadata.insert(key, value);
  root.insert("format", std::string(Checkpoint::kFormat));
  root.insert("architecture", checkpoint.architecture);
  root.insert("metadata", metadata);
  root.insert("seed", checkpoint.seed);
  root.insert("epoch", std::int64_t{state.epoch});
  root.insert("batch", state.batch);
  root.insert("steps", state.steps);
  root.insert("undone_in_a_row", std::int64_t{state.undone_in_a_row});
  root.insert("best_epoch", std::int64_t{state.best_epoch});
  root.insert("best_confusion", torch::tensor(detail::counts_of(state.best_confusion), torch::kInt64));
  root.insert("epoch_sums", torch::tensor(state.means.sums(), torch::kFloat64));
  root.insert("state_dict", detail::tensor_dict(checkpoint.state_dict));
  root.insert("training_state_dict", detail::tensor_dict(checkpoint.training_state_dict));
  const auto& optimizer = checkpoint.optimizer;
  root.insert("optimizer", torch::from_blob(const_cast<char*>(optimizer.data()),
                                            {static_cast<std::int64_t>(optimizer.size())}, torch::kUInt8));
  root.insert("generator", detail::or_empty(checkpoint.generator));
  root.insert("device_generator", detail::or_empty(checkpoint.device_generator));
  io::write_torch_value(path, root);
}

/// Reads a checkpoint, every byte of it against its checksum. Throws CheckpointError when the file is missing, damaged,
/// or not a qcs checkpoint of this format.
inline Checkpoint load_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) throw CheckpointError(fmt::format("no checkpoint at {}", path.string()));
  try {
    io::ZipTorchFile file(path);
    const detail::CheckpointFields fields(file.root());
    if (const auto& format = fields.text("format"); format != Checkpoint::kFormat)
      throw CheckpointError(fmt::format("its format is `{}`, expected `{}`", format, Checkpoint::kFormat));
    Checkpoint checkpoint{.architecture = fields.text("architecture"),
                          .metadata = io::detail::texts_in(fields.at("metadata")),
                          .seed = fields.integer("seed")};
    checkpoint.state = {.epoch = static_cast<int>(fields.integer("epoch")),
                        .batch = fields.integer("batch"),
                        .steps = fields.integer("steps"),
                        .undone_in_a_row = static_cast<int>(fields.integer("undone_in_a_row")),
                        .best_epoch = static_cast<int>(fields.integer("best_epoch"))};
    auto wishes = io::detail::tensors_in(fields.at("state_dict"));
    const std::size_t evaluated = wishes.size();
    for (auto& wish : io::detail::tensors_in(fields.at("training_state_dict"))) wishes.push_back(std::move(wish));
    const std::size_t trained = wishes.size();
    for (const auto& [name, dtype] : {std::pair{"best_confusion", torch::kInt64},
                                      {"epoch_sums", torch::kFloat64},
                                      {"optimizer", torch::kUInt8},
                                      {"generator", torch::kUInt8},
                                      {"device_generator", torch::kUInt8}})
      wishes.emplace_back(name, fields.tensor(name, dtype));
    auto tensors = std::move(file).read_all(wishes);
    const auto at = [&](std::size_t i) { return tensors.begin() + static_cast<std::ptrdiff_t>(i); };
    checkpoint.state.best_confusion = detail::confusion_of(detail::values_of<std::int64_t>(at(trained)->second));
    checkpoint.state.means = EpochMeans::from_sums(detail::values_of<double>(at(trained + 1)->second));
    const auto optimizer = at(trained + 2)->second.contiguous();
    checkpoint.optimizer.assign(reinterpret_cast<const char*>(optimizer.data_ptr<std::uint8_t>()),
                                static_cast<std::size_t>(optimizer.numel()));
    if (at(trained + 3)->second.numel() > 0) checkpoint.generator = at(trained + 3)->second;
    if (at(trained + 4)->second.numel() > 0) checkpoint.device_generator = at(trained + 4)->second;
    checkpoint.state_dict.assign(at(0), at(evaluated));
    checkpoint.training_state_dict.assign(at(evaluated), at(trained));
    return checkpoint;
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{} is not a qcs checkpoint, or it is damaged: {}", path.string(), error.what()));
  }
}

}  // namespace qcs
