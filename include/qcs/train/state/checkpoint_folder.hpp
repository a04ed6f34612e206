// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/train/state/checkpoint.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// The checkpoints of a run: last.pt, the newest; previous.pt, the one before it; best.pt, that of the epoch which the
/// result is taken from. Whenever the process dies, last.pt is whole and no older than one save.
class CheckpointFolder {
 public:
  explicit CheckpointFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path last() const { return path_ / "last.pt"; }
  std::filesystem::path previous() const { return path_ / "previous.pt"; }
  std::filesystem::path best() const { return path_ / "best.pt"; }

  /// Writes last.pt and keeps the file of that name as previous.pt. The best one gets best.pt as a second name, before
  /// it becomes the last one: a run that dies in between does the epoch again. Throws Error naming the file; the files
  /// are then those before, or already the new ones.
  void save(const Checkpoint& checkpoint, bool best) const {
    const auto fresh = path_ / ".new.pt";
    try {
      save_checkpoint(fresh, checkpoint);
      if (best) link_atomically(fresh, this->best());
      if (std::filesystem::exists(last())) link_atomically(last(), previous());
      std::filesystem::rename(fresh, last());
      sync_to_disk(path_, O_RDONLY | O_DIRECTORY);
    } catch (const std::exception& error) {
      std::error_code ignored;
      std::filesystem::remove(fresh, ignored);
      throw Error(fmt::format("no checkpoint of about {} MiB was saved, the ones before are as they were: {}",
                              (bytes_of(checkpoint) >> 20) + 1, error.what()));
    }
  }

  /// Removes what killed processes left of files they were writing, and returns how many there were.
  int remove_leftovers() const {
    std::error_code error;
    return remove_orphans(path_) + (std::filesystem::remove(path_ / ".new.pt", error) ? 1 : 0);
  }

  /// Throws Error unless the disk has room for last.pt, previous.pt, best.pt and one being written, of about `bytes`
  /// each.
  void require_space(std::uintmax_t bytes) const {
    std::error_code error;
    const auto space = std::filesystem::space(path_, error);
    if (error || space.available + size() >= 4 * bytes) return;
    throw Error(fmt::format("{}: {} MiB are free; the run's checkpoints take up to {} MiB (four of {} MiB)",
                            path_.string(), space.available >> 20, (4 * bytes >> 20) + 1, (bytes >> 20) + 1));
  }

 private:
  /// Bytes on the disk of the three files together; a file of two names counts once.
  std::uintmax_t size() const {
    std::vector<std::filesystem::path> counted;
    std::uintmax_t sum = 0;
    for (const auto& file : {last(), previous(), best()}) {
      std::error_code error;
      const auto size = std::filesystem::file_size(file, error);
      const auto same = [&](const auto& other) { return std::filesystem::equivalent(file, other, error); };
      if (error || std::ranges::any_of(counted, same)) continue;
      sum += size;
      counted.push_back(file);
    }
    return sum;
  }

  static std::uintmax_t bytes_of(const Checkpoint& checkpoint) {
    std::uintmax_t sum = 0;
    for (const auto* tensors : {&checkpoint.state_dict, &checkpoint.training_state_dict, &checkpoint.optimizer})
      for (const auto& [name, tensor] : *tensors) sum += tensor.nbytes();
    if (checkpoint.step)
      for (const auto& [name, tensor] : *checkpoint.step) sum += tensor.nbytes();
    return sum;
  }

  std::filesystem::path path_;
};

/// A checkpoint and how it was found.
struct FoundCheckpoint {
  std::filesystem::path file;
  Checkpoint checkpoint;
  std::optional<std::string> note = {};  ///< why it is not the newest one
};

/// Reads a checkpoint file, or the newest one of a run folder that is whole. Throws CheckpointError: the file is
/// missing or damaged, or the folder has none, with the reason for each.
inline FoundCheckpoint find_checkpoint(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path, load_checkpoint(path)};
  const CheckpointFolder folder(path);
  try {
    return {folder.last(), load_checkpoint(folder.last())};
  } catch (const CheckpointError& newest) {
    if (!std::filesystem::exists(folder.previous())) throw;
    try {
      return {folder.previous(), load_checkpoint(folder.previous()),
              fmt::format("{}; going on from {}", newest.what(), folder.previous().string())};
    } catch (const CheckpointError& older) {
      throw CheckpointError(fmt::format("{}; {}", newest.what(), older.what()));
    }
  }
}

}  // namespace qcs
