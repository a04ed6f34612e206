// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/train/run_state.hpp>
#include <qcs/train/state/checkpoint_reader.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// State of a training run between two steps: all that it takes to go on as if it had never stopped.
struct Checkpoint {
  static constexpr const char* kFormat = "qcs checkpoint 3";

  std::string architecture;    ///< `NetworkImpl::architecture()`
  io::Metadata metadata = {};  ///< what travels with the weights: label space, preprocessing, recipe, version
  std::int64_t seed = 0;
  RunState state = {};
  io::NamedTensors state_dict = {};  ///< parameters and buffers under the public names: those that are evaluated
  io::NamedTensors training_state_dict = {};  ///< those that are trained, where the evaluated ones are their average
  io::NamedTensors optimizer = {};            ///< the base optimiser's state, see optimizer_state
  std::optional<io::NamedTensors> step = {};  ///< what the step keeps, see StatefulStep; only where it keeps something
  io::Metadata conditions = {};               ///< what the numbers depend on besides the recipe, see run_conditions
  torch::Tensor generator = {};               ///< state of LibTorch's generator on the CPU, uint8; undefined for none
  torch::Tensor device_generator = {};        ///< likewise on another device that the run uses
};

namespace detail {

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

inline c10::Dict<std::string, std::string> text_dict(const io::Metadata& texts) {
  c10::Dict<std::string, std::string> dict;
  for (const auto& [key, value] : texts) dict.insert(key, value);
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
  root.insert("format", std::string(Checkpoint::kFormat));
  root.insert("architecture", checkpoint.architecture);
  root.insert("metadata", detail::text_dict(checkpoint.metadata));
  root.insert("conditions", detail::text_dict(checkpoint.conditions));
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
  root.insert("optimizer", detail::tensor_dict(checkpoint.optimizer));
  if (checkpoint.step) root.insert("step", detail::tensor_dict(*checkpoint.step));
  root.insert("generator", detail::or_empty(checkpoint.generator));
  root.insert("device_generator", detail::or_empty(checkpoint.device_generator));
  io::write_torch_value(path, root);
}

namespace detail {

/// Throws CheckpointError unless a checkpoint's format is the present one. Nothing but LibTorch's importer, which runs
/// what a file tells it to, reads the optimiser's state of format 2.
inline void require_present_format(std::string_view format) {
  if (format == Checkpoint::kFormat) return;
  if (format == "qcs checkpoint 2")
    throw CheckpointError(
        "it is of format 2, as qcs 0.1 wrote it, and cannot be resumed: reading its optimizer would run code from the "
        "file. Start a new run from its weights, with --pretrained and --pretrained-part all, or end it with qcs 0.1");
  throw CheckpointError(
      fmt::format("its format is `{}`, expected `{}`", io::printable(std::string(format)), Checkpoint::kFormat));
}

}  // namespace detail

/// Reads a checkpoint, every byte of it against its checksum; nothing in it is run. Throws CheckpointError when the
/// file is missing, damaged, or not a qcs checkpoint of this format.
inline Checkpoint load_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) throw CheckpointError(fmt::format("no checkpoint at {}", path.string()));
  try {
    CheckpointReader file(path);
    detail::require_present_format(file.text("format"));
    Checkpoint checkpoint{
        .architecture = file.text("architecture"), .metadata = file.texts("metadata"), .seed = file.integer("seed")};
    checkpoint.conditions = file.texts("conditions");
    checkpoint.state = {.epoch = static_cast<int>(file.integer("epoch")),
                        .batch = file.integer("batch"),
                        .steps = file.integer("steps"),
                        .undone_in_a_row = static_cast<int>(file.integer("undone_in_a_row")),
                        .best_epoch = static_cast<int>(file.integer("best_epoch"))};
    for (const auto* name : {"state_dict", "training_state_dict", "optimizer"}) file.want_dictionary(name);
    if (file.has("step")) file.want_dictionary("step");
    for (const auto& [name, dtype] : {std::pair{"best_confusion", torch::kInt64},
                                      {"epoch_sums", torch::kFloat64},
                                      {"generator", torch::kUInt8},
                                      {"device_generator", torch::kUInt8}})
      file.want_tensor(name, dtype);
    auto tensors = std::move(file).read();
    const auto tensor = [&](const char* name) { return tensors.at(name).front().second; };
    checkpoint.state.best_confusion = detail::confusion_of(detail::values_of<std::int64_t>(tensor("best_confusion")));
    checkpoint.state.means = EpochMeans::from_sums(detail::values_of<double>(tensor("epoch_sums")));
    if (tensor("generator").numel() > 0) checkpoint.generator = tensor("generator");
    if (tensor("device_generator").numel() > 0) checkpoint.device_generator = tensor("device_generator");
    checkpoint.state_dict = std::move(tensors.at("state_dict"));
    checkpoint.training_state_dict = std::move(tensors.at("training_state_dict"));
    checkpoint.optimizer = std::move(tensors.at("optimizer"));
    if (const auto step = tensors.find("step"); step != tensors.end()) checkpoint.step = std::move(step->second);
    return checkpoint;
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{} is not a checkpoint that can be resumed: {}", path.string(), error.what()));
  }
}

}  // namespace qcs
