// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <qcs/core/atomic_file.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/metric/confusion_matrix.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace qcs {

/// Tensors by name.
using StateDict = std::map<std::string, torch::Tensor>;

/// State of a training run between two epochs.
struct Checkpoint {
  static constexpr const char* kFormat = "qcs checkpoint 1";

  std::string architecture;  ///< `NetworkImpl::architecture()`
  std::vector<std::string> class_names = {};
  std::int64_t epochs_done = 0;
  std::int64_t steps = 0;
  std::int64_t seed = 0;
  std::int64_t best_epoch = -1;
  std::vector<std::int64_t> best_confusion = {};  ///< row-major counts; empty before the first evaluation
  StateDict state_dict = {};  ///< parameters and buffers under the public names, on the CPU
  std::string optimizer = {};  ///< the base optimiser's state as LibTorch serialises it
};

/// Parameters and buffers of a module by name, copied to the CPU.
inline StateDict state_dict(const torch::nn::Module& module) {
  StateDict state;
  for (const auto& item : module.named_parameters()) state.emplace(item.key(), item.value().detach().cpu().clone());
  for (const auto& item : module.named_buffers()) state.emplace(item.key(), item.value().detach().cpu().clone());
  return state;
}

/// Copies `state` into the module's parameters and buffers. Strict: throws CheckpointError, naming `source`, that lists
/// all missing and unexpected names and all differing shapes, and then leaves the module as it was.
inline void load_state_dict(torch::nn::Module& module, const StateDict& state, const std::string& source) {
  std::vector<std::pair<torch::Tensor, torch::Tensor>> copies;
  std::vector<std::string> faults;
  const auto match = [&](const auto& items) {
    for (const auto& item : items) {
      const auto found = state.find(item.key());
      std::ostringstream text;
      if (found == state.end()) {
        text << "missing " << item.key();
      } else if (found->second.sizes() != item.value().sizes()) {
        text << item.key() << " has shape " << found->second.sizes() << ", expected " << item.value().sizes();
      } else {
        copies.emplace_back(item.value(), found->second);
        continue;
      }
      faults.push_back(text.str());
    }
  };
  const auto parameters = module.named_parameters(), buffers = module.named_buffers();
  match(parameters);
  match(buffers);
  for (const auto& [name, tensor] : state)
    if (!parameters.contains(name) && !buffers.contains(name)) faults.push_back("unexpected " + name);
  if (!faults.empty()) {
    constexpr std::size_t kShown = 8;
    const auto shown = std::vector<std::string>(faults.begin(), faults.begin() + std::min(faults.size(), kShown));
    throw CheckpointError(fmt::format("{} does not fit the network, {} tensors differ: {}{}", source, faults.size(),
                                      fmt::join(shown, "; "), faults.size() > kShown ? "; ..." : ""));
  }
  const torch::NoGradGuard no_grad;
  for (auto& [target, value] : copies) target.copy_(value);
}

/// Writes a checkpoint atomically. The file is a zip of a plain dictionary, which Python's `torch.load` reads too.
/// Throws Error naming the file.
inline void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  c10::impl::GenericDict root(c10::StringType::get(), c10::AnyType::get());
  c10::Dict<std::string, torch::Tensor> tensors;
  for (const auto& [name, tensor] : checkpoint.state_dict) tensors.insert(name, tensor);
  root.insert("format", std::string(Checkpoint::kFormat));
  root.insert("architecture", checkpoint.architecture);
  root.insert("class_names", fmt::format("{}", fmt::join(checkpoint.class_names, "\n")));
  root.insert("epoch", checkpoint.epochs_done);
  root.insert("steps", checkpoint.steps);
  root.insert("seed", checkpoint.seed);
  root.insert("best_epoch", checkpoint.best_epoch);
  root.insert("best_confusion", torch::tensor(checkpoint.best_confusion, torch::kInt64));
  root.insert("state_dict", tensors);
  auto bytes = torch::empty({static_cast<std::int64_t>(checkpoint.optimizer.size())}, torch::kUInt8);
  std::copy(checkpoint.optimizer.begin(), checkpoint.optimizer.end(), bytes.data_ptr<std::uint8_t>());
  root.insert("optimizer", bytes);
  const auto pickled = torch::pickle_save(root);
  write_atomically(path, [&](std::ofstream& out) { out.write(pickled.data(), static_cast<std::streamsize>(pickled.size())); });
}

/// Reads a checkpoint. Throws CheckpointError when the file is missing or is not a whole qcs checkpoint.
inline Checkpoint load_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path))
    throw CheckpointError(fmt::format("no checkpoint at {}", path.string()));
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  try {
    const auto root = torch::pickle_load(bytes).toGenericDict();
    if (root.at("format").toStringRef() != Checkpoint::kFormat)
      throw CheckpointError(fmt::format("{} has format `{}`, expected `{}`", path.string(),
                                        root.at("format").toStringRef(), Checkpoint::kFormat));
    Checkpoint checkpoint;
    checkpoint.architecture = root.at("architecture").toStringRef();
    std::istringstream names(root.at("class_names").toStringRef());
    for (std::string name; std::getline(names, name);) checkpoint.class_names.push_back(name);
    checkpoint.epochs_done = root.at("epoch").toInt();
    checkpoint.steps = root.at("steps").toInt();
    checkpoint.seed = root.at("seed").toInt();
    checkpoint.best_epoch = root.at("best_epoch").toInt();
    const auto counts = root.at("best_confusion").toTensor().contiguous();
    checkpoint.best_confusion.assign(counts.data_ptr<std::int64_t>(), counts.data_ptr<std::int64_t>() + counts.numel());
    for (const auto& item : root.at("state_dict").toGenericDict())
      checkpoint.state_dict.emplace(item.key().toStringRef(), item.value().toTensor());
    const auto optimizer = root.at("optimizer").toTensor().contiguous();
    checkpoint.optimizer.assign(reinterpret_cast<const char*>(optimizer.data_ptr<std::uint8_t>()),
                                static_cast<std::size_t>(optimizer.numel()));
    return checkpoint;
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw CheckpointError(fmt::format("{} is not a qcs checkpoint, or it is damaged", path.string()));
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
