// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <qcs/core/error.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs::io {

/// A zip file as torch.save writes it, read by libzip: records stored without compression, each with a CRC-32.
class ZipArchive {
 public:
  struct Record {
    std::string name;
    std::uint64_t index;
    std::uint64_t size;  ///< bytes
  };

  /// Opens the file and checks its directory. Throws CheckpointError if libzip finds it inconsistent, if a name occurs
  /// twice, or if a record is compressed, encrypted or larger than the file.
  explicit ZipArchive(const std::filesystem::path& path) {
    int code = 0;
    archive_.reset(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
    if (!archive_) {
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      const std::string text = zip_error_strerror(&error);
      zip_error_fini(&error);
      throw CheckpointError(fmt::format("damaged zip archive: {}", text));
    }
    const auto file_size = std::filesystem::file_size(path);
    std::uint64_t total = 0;
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive_.get(), 0); ++i) {
      zip_stat_t stat;
      constexpr auto kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
      if (zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(i), 0, &stat) != 0 || (stat.valid & kNeeded) != kNeeded)
        throw CheckpointError(fmt::format("damaged zip archive: record {} has no full directory entry", i));
      if (stat.comp_method != ZIP_CM_STORE || stat.comp_size != stat.size)
        throw CheckpointError(fmt::format("record {} is compressed; torch.save stores records as they are", stat.name));
      if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
        throw CheckpointError(fmt::format("record {} is encrypted", stat.name));
      total += stat.size;
      if (stat.size > file_size || total > file_size)
        throw CheckpointError(fmt::format("damaged zip archive: its records claim more bytes than the file's {}", file_size));
      if (!by_name_.emplace(stat.name, records_.size()).second)
        throw CheckpointError(fmt::format("damaged zip archive: two records are called {}", stat.name));
      records_.push_back({stat.name, static_cast<std::uint64_t>(i), stat.size});
    }
    read_.resize(records_.size());
  }

  const std::vector<Record>& records() const { return records_; }

  /// The record called `name`; null if there is none.
  const Record* find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &records_[found->second];
  }

  /// Reads a whole record to `target`, which has room for its size. Throws CheckpointError if bytes are missing or do not
  /// match the record's CRC-32.
  void read(const Record& record, char* target) const {
    stream(record, [&](std::uint64_t done) { return std::pair(target + done, record.size - done); });
  }

  std::string read(const Record& record) const {
    std::string bytes(record.size, '\0');
    read(record, bytes.data());
    return bytes;
  }

  /// Compares the records that were never read with their CRC-32. Throws CheckpointError for a damaged one.
  void verify_unread() const {
    std::vector<char> chunk(1 << 20);
    for (const auto& record : records_)
      if (!read_[record.index])
        stream(record, [&](std::uint64_t done) { return std::pair(chunk.data(), std::min<std::uint64_t>(record.size - done, chunk.size())); });
  }

 private:
  /// Reads a record to where `next(bytes done)` says, piece by piece.
  void stream(const Record& record, auto&& next) const {
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive_.get(), record.index, 0), zip_fclose);
    if (!file) throw CheckpointError(fmt::format("cannot read record {}: {}", record.name, zip_strerror(archive_.get())));
    std::uint64_t done = 0;
    while (done < record.size) {
      const auto [target, room] = next(done);
      const auto count = zip_fread(file.get(), target, room);
      if (count <= 0) break;
      done += static_cast<std::uint64_t>(count);
    }
    char beyond = 0;  // libzip compares the checksum when it meets the end
    if (done != record.size || zip_fread(file.get(), &beyond, 1) != 0)
      throw CheckpointError(fmt::format("record {} is damaged: {}", record.name, zip_file_strerror(file.get())));
    read_[record.index] = true;
  }

  struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  std::unique_ptr<zip_t, Discard> archive_;
  std::vector<Record> records_;
  mutable std::vector<bool> read_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace qcs::io
