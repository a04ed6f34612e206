// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/io/pickle/reader.hpp>
#include <qcs/io/torch/tensor_dictionary.hpp>
#include <qcs/io/torch/tensor_value.hpp>
#include <qcs/io/torch/zip_archive.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs::io {

namespace detail {

/// A storage to be read to `target`, which has room for its bytes.
struct StorageRead {
  const StorageReference* storage;
  char* target;
};

/// The storages of a zip file: one record each.
class ZipStorages {
 public:
  explicit ZipStorages(const std::filesystem::path& path) : archive_(path) {
    for (const auto& record : archive_.records())
      if (record.name.ends_with("/data.pkl")) prefix_ = record.name.substr(0, record.name.size() - 8);
    if (prefix_.empty())
      throw CheckpointError(fmt::format("a zip archive without data.pkl, which torch.save writes; it holds {}",
                                        archive_.records().empty() ? "nothing" : archive_.records().front().name));
    if (archive_.find(prefix_ + "constants.pkl") != nullptr)
      throw CheckpointError("a TorchScript archive; save the module's state_dict with torch.save");
    if (const auto* order = archive_.find(prefix_ + "byteorder"); order != nullptr && archive_.read(*order) != "little")
      throw CheckpointError("its numbers are not stored little end first");
  }

  Pickle pickle() const {
    const auto bytes = archive_.read(*archive_.find(prefix_ + "data.pkl"));
    return PickleReader(bytes).read();
  }

  void require(const StorageReference& storage) const { record_of(storage); }

  bool has_checksums() const { return archive_.has_checksums(); }

  /// Reads storages, and compares every other record of the file with its checksum.
  void read(const std::vector<StorageRead>& reads) const {
    std::unordered_map<const ZipArchive::Record*, char*> targets;
    for (const auto& [storage, target] : reads) targets.emplace(&record_of(*storage), target);
    std::vector<ZipArchive::ReadRequest> all;
    for (const auto& record : archive_.records()) {
      const auto found = targets.find(&record);
      all.push_back({&record, found == targets.end() ? nullptr : found->second});
    }
    archive_.read(all);
  }

 private:
  const ZipArchive::Record& record_of(const StorageReference& storage) const {
    const auto* record = archive_.find(prefix_ + "data/" + storage.key);
    if (record == nullptr) throw CheckpointError(fmt::format("storage {} is missing", storage.key));
    if (record->size != static_cast<std::uint64_t>(storage.bytes))
      throw CheckpointError(
          fmt::format("storage {} has {} bytes, expected {}", storage.key, record->size, storage.bytes));
    return *record;
  }

  ZipArchive archive_;
  std::string prefix_;
};

/// The storages of a file in the format that torch.save wrote before version 1.6: pickles of a magic number, the
/// format's version, the machine, the object and the storages' keys; then each storage's size and bytes. It has no
/// checksums.
class LegacyStorages {
 public:
  /// Of the number 0x1950a86a20f9469cfc6c, which the file starts with as a pickle.
  static constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

  explicit LegacyStorages(const std::filesystem::path& path) : in_(path, std::ios::binary) {
    const auto file_size = static_cast<std::int64_t>(std::filesystem::file_size(path));
    // Everything pickled must stand in here; a checkpoint's hundreds of tensors take some 100 kB.
    constexpr std::int64_t kMostPickled = 32 << 20;
    std::string head(static_cast<std::size_t>(std::min(file_size, kMostPickled)), '\0');
    in_.read(head.data(), static_cast<std::streamsize>(head.size()));
    if (!in_) throw CheckpointError("cannot be read");
    std::string_view rest = head;
    const auto next = [&] {
      auto pickle = PickleReader(rest).read();
      rest.remove_prefix(pickle.length);
      return pickle;
    };
    if (const auto magic = next(); !magic.root->is(PickleValue::Kind::kLong) || magic.root->text != kMagic)
      throw CheckpointError("a pickle, but not one of torch.save");
    if (const auto version = next(); detail::integer(*version.root, "the format's version") != 1001)
      throw CheckpointError(fmt::format("legacy format of version {}, expected 1001", version.root->integer));
    const auto machine = next();
    if (const auto* little = machine.root->find("little_endian"); little == nullptr || little->integer != 1)
      throw CheckpointError("its numbers are not stored little end first");
    pickle_ = next();
    const auto keys = next();
    locate(keys, static_cast<std::int64_t>(head.size() - rest.size()), file_size);
  }

  Pickle pickle() { return std::move(pickle_); }

  static bool has_checksums() { return false; }

  void read(const std::vector<StorageRead>& reads) {
    for (const auto& [storage, target] : reads) {
      in_.seekg(at_.at(storage->key).first);
      in_.read(target, storage->bytes);
      if (!in_) throw CheckpointError(fmt::format("storage {} is cut off", storage->key));
    }
  }

  void require(const StorageReference& storage) const {
    const auto found = at_.find(storage.key);
    if (found == at_.end()) throw CheckpointError(fmt::format("storage {} is missing", storage.key));
    if (found->second.second != storage.bytes)
      throw CheckpointError(
          fmt::format("storage {} has {} bytes, expected {}", storage.key, found->second.second, storage.bytes));
  }

 private:
  /// Finds every storage, and that the file holds them all and no more.
  void locate(const Pickle& keys, std::int64_t position, std::int64_t file_size) {
    std::unordered_map<std::string, StorageReference> expected;
    for (const auto& value : pickle_.values)
      if (value.is(PickleValue::Kind::kPersistent)) {
        auto storage = storage_reference(value);
        expected.insert_or_assign(storage.key, storage);
      }
    for (const auto* key : keys.root->items) {
      const auto found = expected.find(key->text);
      if (found == expected.end()) throw CheckpointError(fmt::format("storage `{}` belongs to no tensor", key->text));
      const auto& storage = found->second;
      std::int64_t elements = 0;
      in_.seekg(position);
      in_.read(reinterpret_cast<char*>(&elements), sizeof elements);
      if (!in_) throw CheckpointError(fmt::format("storage {} is cut off", storage.key));
      if (elements != storage.elements)
        throw CheckpointError(
            fmt::format("storage {} has {} elements, expected {}", storage.key, elements, storage.elements));
      position += static_cast<std::int64_t>(sizeof elements);
      if (storage.bytes > file_size - position)
        throw CheckpointError(fmt::format("storage {} is cut off", storage.key));
      if (!at_.emplace(storage.key, std::pair(position, storage.bytes)).second)
        throw CheckpointError(fmt::format("storage {} is listed twice", storage.key));
      position += storage.bytes;
    }
    if (at_.size() != expected.size())
      throw CheckpointError(fmt::format("{} storages are missing", expected.size() - at_.size()));
    if (position != file_size)
      throw CheckpointError(fmt::format("{} bytes follow the last storage", file_size - position));
  }

  std::ifstream in_;
  Pickle pickle_;
  std::unordered_map<std::string, std::pair<std::int64_t, std::int64_t>> at_;  ///< position and bytes by key
};

}  // namespace detail

/// A file of torch.save, opened: its values as plain data, and the tensors among them on demand.
template <class Storages>
class TorchFile {
 public:
  /// Whether files of this format have checksums unless they were told to do without.
  static constexpr bool kFormatHasChecksums = std::same_as<Storages, detail::ZipStorages>;

  /// @param source what the storages are made from, a path. Throws CheckpointError.
  explicit TorchFile(const auto& source) : storages_(source), pickle_(storages_.pickle()) {}

  const PickleValue& root() const { return *pickle_.root; }

  /// Whether the file holds checksums that read_all() compares.
  bool has_checksums() const { return storages_.has_checksums(); }

  /// Reads tensors; those that share a storage in the file share it here. Compares everything in the file with its
  /// checksums, where the format has any, whether asked for or not. The plain values are gone afterwards, so that they
  /// take no memory beside the tensors. Throws CheckpointError if anything is damaged.
  NamedTensors read_all(const TensorReads& reads) && {
    pickle_ = {};
    std::unordered_map<std::string, torch::Tensor> bytes;
    std::vector<detail::StorageRead> storages;
    for (const auto& [name, value] : reads) {
      auto& storage = bytes[value.storage.key];
      if (storage.defined()) continue;
      storages_.require(value.storage);  // before memory is taken
      storage = torch::empty({value.storage.bytes}, torch::kUInt8);
      storages.push_back({&value.storage, static_cast<char*>(storage.data_ptr())});
    }
    storages_.read(storages);
    NamedTensors tensors;
    for (const auto& [name, value] : reads) {
      auto tensor = torch::empty({0}, value.storage.dtype);
      tensor.set_(bytes.at(value.storage.key).storage(), value.offset, value.sizes, value.strides);
      tensors.emplace_back(name, std::move(tensor));
    }
    return tensors;
  }

 private:
  Storages storages_;
  Pickle pickle_;
};

using ZipTorchFile = TorchFile<detail::ZipStorages>;
using LegacyTorchFile = TorchFile<detail::LegacyStorages>;

}  // namespace qcs::io
