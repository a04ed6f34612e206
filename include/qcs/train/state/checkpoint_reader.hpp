// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/torch/read_torch.hpp>
#include <qcs/io/torch/tensor_dictionary.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// A file that holds a dictionary of texts, numbers, tensors and dictionaries of tensors, read as data. Each member
/// but has() throws CheckpointError if an entry is missing or of another type.
class CheckpointReader {
 public:
  /// Throws CheckpointError if the file is no zip of torch.save, or damaged.
  explicit CheckpointReader(const std::filesystem::path& path) : file_(path) {}

  /// Whether there is an entry of this name.
  bool has(const char* name) const { return io::unwrapped(file_.root()).find(name) != nullptr; }

  const std::string& text(const char* name) const { return at(name, Kind::kText).text; }
  std::int64_t integer(const char* name) const { return at(name, Kind::kInteger).integer; }
  io::Metadata texts(const char* name) const { return io::texts_in(at(name, Kind::kDict)); }

  /// Asks read() for a tensor of this type, under its own name.
  void want_tensor(const char* name, torch::ScalarType dtype) {
    auto value = io::tensor_value(at(name));
    if (!value || value->storage.dtype != dtype) refuse_type(name);
    want(name, {{name, std::move(*value)}});
  }

  /// Asks read() for a dictionary of tensors.
  void want_dictionary(const char* name) { want(name, io::tensors_in(at(name, Kind::kDict))); }

  /// Everything that was asked for, by the names of the entries, with every byte of the file compared with its
  /// checksum.
  std::map<std::string, io::NamedTensors, std::less<>> read() && {
    auto tensors = std::move(file_).read_all(wanted_);
    std::map<std::string, io::NamedTensors, std::less<>> entries;
    auto next = tensors.begin();
    for (const auto& [name, count] : counts_) {
      const auto end = next + static_cast<std::ptrdiff_t>(count);
      entries[name].assign(next, end);
      next = end;
    }
    return entries;
  }

 private:
  using Kind = io::PickleValue::Kind;

  [[noreturn]] static void refuse_type(std::string_view name) {
    throw CheckpointError(fmt::format("`{}` is of another type", name));
  }

  const io::PickleValue& at(std::string_view name) const {
    const auto* value = io::unwrapped(file_.root()).find(name);
    if (value == nullptr) throw CheckpointError(fmt::format("it has no `{}`", name));
    return io::unwrapped(*value);
  }

  const io::PickleValue& at(std::string_view name, Kind kind) const {
    const auto& value = at(name);
    // Python writes dictionaries of tensors as objects of their own class, too.
    const bool ordered = kind == Kind::kDict && value.made_by("collections.OrderedDict");
    if (!value.is(kind) && !ordered) refuse_type(name);
    return value;
  }

  void want(const char* name, io::TensorReads wanted) {
    counts_.emplace_back(name, wanted.size());
    for (auto& read : wanted) wanted_.push_back(std::move(read));
  }

  io::ZipTorchFile file_;
  io::TensorReads wanted_;
  std::vector<std::pair<std::string, std::size_t>> counts_;
};

}  // namespace qcs
