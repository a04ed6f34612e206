// SPDX-License-Identifier: MIT
//
// Reads any bytes as the pickle of a checkpoint whose storages all exist. In a zip file a checksum would stop most
// changes before the pickle is looked at; here none does.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <qcs/weights/weight_file.hpp>

namespace {

class EndlessStorages {
 public:
  explicit EndlessStorages(std::string_view pickle) : bytes_(pickle) {}

  qcs::io::Pickle pickle() const { return qcs::io::PickleReader(bytes_).read(); }

  static bool has_checksums() { return false; }

  void require(const qcs::io::StorageReference& storage) const {
    if (storage.bytes > 1 << 16) throw qcs::CheckpointError("as large as no file of this size can hold");
  }

  void read(const std::vector<qcs::io::detail::StorageRead>& reads) const {
    for (const auto& [storage, target] : reads)
      if (storage->bytes > 0) std::memset(target, 1, static_cast<std::size_t>(storage->bytes));
  }

 private:
  std::string_view bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto weights = qcs::detail::weights_of(qcs::io::TorchFile<EndlessStorages>(bytes), "pickle", "");
    for (const auto& [name, tensor] : weights.tensors)
      if (tensor.numel() > 0 && tensor.numel() < 1 << 16) (void)tensor.contiguous();
  } catch (const qcs::CheckpointError&) {
  }
  return 0;
}
