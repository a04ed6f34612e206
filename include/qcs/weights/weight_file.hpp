// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/io/torch/read_torch.hpp>
#include <qcs/weights/file_kind.hpp>
#include <qcs/weights/weight_sets.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// The weights in a file of any format, and what stands beside them.
struct WeightFile {
  std::filesystem::path path;
  std::string format;                   ///< "torch.save", "torch.save (legacy)" or "safetensors"
  io::NamedTensors tensors;             ///< in the file's order, under the file's names; CPU
  io::Metadata metadata;                ///< plain values beside the weights, as text
  io::Metadata others;                  ///< what else the file holds, a few words for each; none of it was built
  std::string key = {};                 ///< of the dictionary that was taken, see WeightSet
  std::vector<std::string> notes = {};  ///< what its user should be told, one line each
};

/// How a file of weights is read.
struct WeightFileOptions {
  std::string key = {};     ///< of the weights to take where a file has several, see choose_weight_set
  bool check_hash = false;  ///< compare the file with the SHA-256 in its name, NAME-HHHHHHHH.pth
};

namespace detail {

/// The hexadecimal digits at the end of a name like NAME-HHHHHHHH.pth, PyTorch's habit of naming a file after the start
/// of its SHA-256; nothing if there are none. Other names look like that, too.
inline std::optional<std::string> hash_in_name(const std::filesystem::path& path) {
  const auto stem = path.stem().string();
  const auto dash = stem.rfind('-');
  if (dash == std::string::npos) return std::nullopt;
  auto digits = stem.substr(dash + 1);
  if (digits.size() < 8 || digits.size() > 64 || digits.find_first_not_of("0123456789abcdef") != std::string::npos)
    return std::nullopt;
  return digits;
}

/// Throws CheckpointError unless the name has the start of the file's SHA-256.
inline void require_named_hash(const std::filesystem::path& path) {
  const auto digits = hash_in_name(path);
  if (!digits) throw CheckpointError("its name holds no SHA-256, NAME-HHHHHHHH.pth with 8 to 64 digits of it");
  if (const auto sum = sha256_of_file(path); !sum.starts_with(*digits))
    throw CheckpointError(
        fmt::format("its name says that its SHA-256 starts with {}, found {}", *digits, sum.substr(0, digits->size())));
}

/// Says what a file without weights holds.
[[noreturn]] inline void refuse_without_weights(const io::PickleValue& root) {
  std::vector<std::string> found;
  for (const auto& [key, value] : root.entries) {
    if (const auto module = io::pickled_module_class(*value); !module.empty())
      throw CheckpointError(fmt::format("under `{}` it holds a pickled module of class {}; save its state_dict()",
                                        io::printable(io::pickle_summary(*key)), io::printable(module)));
    found.push_back(fmt::format("{}: {}", io::pickle_summary(*key), io::pickle_summary(io::unwrapped(*value))));
  }
  if (const auto module = io::pickled_module_class(root); !module.empty())
    throw CheckpointError(
        fmt::format("it holds a pickled module of class {}; save its state_dict()", io::printable(module)));
  throw CheckpointError(
      fmt::format("it holds no state_dict; found {}",
                  io::printable(found.empty() ? io::pickle_summary(root) : fmt::format("{}", fmt::join(found, ", ")))));
}

/// Says which weights were taken where that is not plain.
inline void note_choice(std::vector<std::string>& notes, const WeightSet& taken, std::vector<WeightSet> sets) {
  std::erase_if(sets, [&](const auto& set) { return set.key == taken.key || is_training_state(set); });
  const auto others = keys_of(sets);
  const auto* what = is_averaged(taken) ? "the moving averages" : "the weights";
  if (!others.empty())
    notes.push_back(
        fmt::format("{} under {} were taken; it also has {}, see --weights-key", what, keys_of({taken}), others));
  else if (is_averaged(taken))
    notes.push_back(fmt::format("it has no other weights than {} under {}", what, keys_of({taken})));
}

/// The weights of a file of torch.save, and what stands beside them.
template <class File>
WeightFile weights_of(File file, std::string format, std::string_view key) {
  const auto& root = io::unwrapped(file.root());
  const auto sets = find_weight_sets(root);
  if (sets.empty()) refuse_without_weights(root);
  const auto chosen = choose_weight_set(sets, key);
  WeightFile weights{
      .path = {}, .format = std::move(format), .tensors = {}, .metadata = {}, .others = {}, .key = chosen.key};
  note_choice(weights.notes, chosen, sets);
  auto wanted = io::tensors_in(*chosen.dictionary);
  // torch.optim.swa_utils counts among the weights how many it averaged.
  std::erase_if(wanted, [](const auto& named) { return named.first == "n_averaged" && named.second.sizes.empty(); });
  const auto count = static_cast<std::ptrdiff_t>(wanted.size());
  for (const auto& [name, value] : root.entries) {
    const auto& inner = io::unwrapped(*value);
    if (!name->is(io::PickleValue::Kind::kText) || &inner == chosen.dictionary) continue;
    if (const auto tensor = io::tensor_value(inner)) {
      if (chosen.dictionary == &root) continue;
      if (tensor->sizes.empty())
        wanted.emplace_back(name->text, *tensor);
      else
        weights.others.insert_or_assign(name->text, fmt::format("a tensor of {} dimensions", tensor->sizes.size()));
    } else if (name->text == "metadata" && inner.is(io::PickleValue::Kind::kDict)) {
      weights.metadata.merge(io::texts_in(inner));
    } else {
      (io::is_plain(inner) ? weights.metadata : weights.others).insert_or_assign(name->text, io::pickle_summary(inner));
    }
  }
  if (File::kFormatHasChecksums && !file.has_checksums())
    weights.notes.emplace_back("it was saved without checksums, so damage would go unnoticed");
  weights.tensors = std::move(file).read_all(wanted);
  for (auto number = weights.tensors.begin() + count; number != weights.tensors.end(); ++number)
    weights.metadata.insert_or_assign(number->first, fmt::format("{}", number->second.template item<double>()));
  weights.tensors.resize(static_cast<std::size_t>(count));
  return weights;
}

}  // namespace detail

/// Reads the weights of a file that torch.save wrote (zip or legacy format), of a qcs checkpoint or of a safetensors
/// file; the content decides, not the name. No class named in the file is looked up and nothing in it is called. Throws
/// CheckpointError, starting with the path, if the file is missing, damaged, of another format, without weights, has
/// none under `options.key`, or should match its name and does not.
inline WeightFile read_weight_file(const std::filesystem::path& path, const WeightFileOptions& options = {}) {
  if (std::filesystem::is_directory(path))
    throw CheckpointError(fmt::format("{} is a folder; name a file of weights in it", path.string()));
  if (!std::filesystem::is_regular_file(path)) throw CheckpointError(fmt::format("no checkpoint at {}", path.string()));
  try {
    if (options.check_hash) detail::require_named_hash(path);
    WeightFile file;
    switch (const auto head = read_file_head(path); file_kind(head)) {
      case FileKind::kSafetensors: {
        if (!options.key.empty()) throw CheckpointError("a safetensors file has one set of weights, without a key");
        auto content = io::read_safetensors(path);
        file = {.path = {},
                .format = "safetensors",
                .tensors = std::move(content.tensors),
                .metadata = std::move(content.metadata),
                .others = {}};
        break;
      }
      case FileKind::kZip:
        file = detail::weights_of(io::ZipTorchFile(path), "torch.save", options.key);
        break;
      case FileKind::kPickle:
        file = detail::weights_of(io::LegacyTorchFile(path), "torch.save (legacy)", options.key);
        break;
      case FileKind::kOther:
        throw CheckpointError(
            fmt::format("neither a file of torch.save nor safetensors; {}", describe_foreign_file(head)));
    }
    file.path = path;
    if (const auto digits = detail::hash_in_name(path); digits && !options.check_hash)
      file.notes.push_back(fmt::format("if {} in its name is its SHA-256, --check-hash compares it", *digits));
    return file;
  } catch (const CheckpointError& error) {
    throw CheckpointError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace qcs
