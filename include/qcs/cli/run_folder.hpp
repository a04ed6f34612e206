// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <qcs/cli/run_options.hpp>
#include <qcs/core/atomic_file.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/folder_lock.hpp>
#include <qcs/train/checkpoint_folder.hpp>

namespace qcs::cli {

/// The folder of a run, made and held for as long as this lives: nobody else can write to it, what killed runs left
/// there is gone, and it holds no other run.
class RunFolder {
 public:
  /// Throws Error if the folder cannot be made, written to or locked, ConfigError if it holds a run and `run` neither
  /// goes on with it nor overwrites it.
  explicit RunFolder(const RunOptions& run) : lock_(made(run.out)) {
    const CheckpointFolder checkpoints(run.out);
    checkpoints.remove_leftovers();
    if (run.overwrite)
      for (const auto& file : {checkpoints.last(), checkpoints.previous(), checkpoints.best()})
        std::filesystem::remove(file);
    if (run.resume.empty() && std::filesystem::exists(checkpoints.last()))
      throw ConfigError(
          fmt::format("{} holds a finished or interrupted run; choose another --out, or go on with --resume {}",
                      run.out.string(), run.out.string()));
    // Also shows, before any work is done, that the folder can be written to.
    write_atomically(run.out / kStoredOptions, [&](std::ofstream& out) { out << run.stored_options; });
  }

 private:
  static const std::filesystem::path& made(const std::filesystem::path& folder) {
    make_folder(folder);
    return folder;
  }

  FolderLock lock_;
};

}  // namespace qcs::cli
