// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/core/processors.hpp>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs::io {

/// A zip file as torch.save writes it, read by libzip: records stored without compression, each with a CRC-32, or all
/// of them with 0 in its place, where torch.save was told to leave checksums out.
class ZipArchive {
 public:
  struct Record {
    std::string name;
    std::uint64_t index;
    std::uint64_t size;  ///< bytes
  };

  /// A record to be read; without a target it is only compared with its CRC-32.
  struct ReadRequest {
    const Record* record;
    char* target = nullptr;  ///< has room for the record's size
  };

  /// Opens the file and checks its directory. Throws CheckpointError if libzip finds it inconsistent, if a name occurs
  /// twice, or if a record is compressed, encrypted or larger than the file.
  explicit ZipArchive(std::filesystem::path path) : path_(std::move(path)), file_(open(ZIP_CHECKCONS)) {
    const auto file_size = static_cast<std::uint64_t>(file_.identity.st_size);
    std::uint64_t total = 0;
    for (zip_int64_t i = 0; i < zip_get_num_entries(file_.archive.get(), 0); ++i) {
      zip_stat_t stat;
      constexpr auto kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
      if (zip_stat_index(file_.archive.get(), static_cast<zip_uint64_t>(i), 0, &stat) != 0 ||
          (stat.valid & kNeeded) != kNeeded)
        throw CheckpointError(fmt::format("damaged zip archive: record {} has no full directory entry", i));
      if (stat.comp_method != ZIP_CM_STORE || stat.comp_size != stat.size) refuse_compressed(stat.name);
      if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
        throw CheckpointError(fmt::format("record {} is encrypted", stat.name));
      total += stat.size;
      if (stat.crc != 0) has_checksums_ = true;
      if (stat.size > file_size || total > file_size)
        throw CheckpointError(
            fmt::format("damaged zip archive: its records claim more bytes than the file's {}", file_size));
      if (!by_name_.emplace(stat.name, records_.size()).second)
        throw CheckpointError(fmt::format("damaged zip archive: two records are called {}", stat.name));
      records_.push_back({stat.name, static_cast<std::uint64_t>(i), stat.size});
    }
  }

  const std::vector<Record>& records() const { return records_; }

  /// Whether records are compared with checksums: false where that of every record is 0, and damage goes unnoticed.
  bool has_checksums() const { return has_checksums_ || by_name_.empty(); }

  /// The record called `name`; null if there is none.
  const Record* find(const std::string& name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &records_[found->second];
  }

  /// Reads a whole record. Throws CheckpointError if bytes are missing or do not match the record's CRC-32.
  std::string read(const Record& record) const {
    std::string bytes(record.size, '\0');
    read(file_.archive.get(), {&record, bytes.data()});
    return bytes;
  }

  /// Reads many records, large archives in several threads. Throws CheckpointError for the first one in order that is
  /// damaged.
  void read(const std::vector<ReadRequest>& requests) const {
    std::uint64_t bytes = 0;
    for (const auto& request : requests) bytes += request.record->size;
    // A thread has an archive handle of its own, which pays from some megabytes on.
    constexpr std::uint64_t kBytesPerThread = 8 << 20;
    const auto threads =
        std::min<std::uint64_t>({bytes / kBytesPerThread, static_cast<std::uint64_t>(usable_processors()), 8});
    std::atomic<std::size_t> next = 0;
    std::vector<std::exception_ptr> errors(requests.size());
    const auto work = [&](zip_t* archive) {
      for (std::size_t i; (i = next++) < requests.size();) {
        try {
          read(archive, requests[i]);
        } catch (...) {
          errors[i] = std::current_exception();
        }
      }
    };
    {
      std::vector<File> files;
      std::vector<std::jthread> others;
      for (std::uint64_t i = 1; i < threads; ++i) files.push_back(reopen());
      for (auto& file : files) others.emplace_back(work, file.archive.get());
      work(file_.archive.get());
    }
    for (const auto& error : errors)
      if (error) std::rethrow_exception(error);
  }

 private:
  struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
  };
  struct File {
    std::unique_ptr<zip_t, Discard> archive;
    struct stat identity;
  };

  [[noreturn]] static void refuse_compressed(const std::string& name) {
    if (name.find("/code/") != std::string::npos)
      throw CheckpointError("a TorchScript archive; save the module's state_dict with torch.save");
    throw CheckpointError(fmt::format(
        "record {} is compressed, which torch.save never does; if this is an archive around a file of weights, unpack "
        "it first",
        name));
  }

  File open(int flags) const {
    const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    File file{};
    if (descriptor < 0 || ::fstat(descriptor, &file.identity) != 0) {
      const auto* reason = std::strerror(errno);
      if (descriptor >= 0) ::close(descriptor);
      throw CheckpointError(fmt::format("cannot be read: {}", reason));
    }
    int code = 0;
    file.archive.reset(zip_fdopen(descriptor, flags, &code));  // takes the descriptor when it succeeds
    if (!file.archive) {
      ::close(descriptor);
      zip_error_t error;
      zip_error_init_with_code(&error, code);
      const std::string text = zip_error_strerror(&error);
      zip_error_fini(&error);
      if (code == ZIP_ER_NOZIP)
        throw CheckpointError("damaged zip archive: its end is missing, the file was cut off or changed");
      throw CheckpointError(fmt::format("damaged zip archive: {}", text));
    }
    return file;
  }

  /// The same file once more: an archive handle serves one thread.
  File reopen() const {
    auto file = open(0);
    if (file.identity.st_ino != file_.identity.st_ino || file.identity.st_dev != file_.identity.st_dev)
      throw CheckpointError("was replaced while it was read");
    return file;
  }

  void read(zip_t* archive, const ReadRequest& request) const {
    const auto& record = *request.record;
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive, record.index, 0), zip_fclose);
    if (!file) throw CheckpointError(fmt::format("cannot read record {}: {}", record.name, zip_strerror(archive)));
    std::vector<char> chunk(request.target == nullptr ? std::min<std::uint64_t>(record.size, 1 << 16) : 0);
    std::uint64_t done = 0;
    while (done < record.size) {
      const auto count =
          request.target == nullptr
              ? zip_fread(file.get(), chunk.data(), std::min<std::uint64_t>(record.size - done, chunk.size()))
              : zip_fread(file.get(), request.target + done, record.size - done);
      if (count <= 0) break;
      done += static_cast<std::uint64_t>(count);
    }
    char beyond = 0;  // libzip compares the checksum when it is asked for more at the end
    if (done != record.size || (has_checksums() && zip_fread(file.get(), &beyond, 1) != 0))
      throw CheckpointError(fmt::format("record {} is damaged: {}", record.name, zip_file_strerror(file.get())));
  }

  std::filesystem::path path_;
  File file_;
  std::vector<Record> records_;
  std::unordered_map<std::string, std::size_t> by_name_;
  bool has_checksums_ = false;
};

}  // namespace qcs::io
