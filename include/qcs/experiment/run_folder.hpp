// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/file/folder_lock.hpp>
#include <qcs/core/text/shell_quoted.hpp>
#include <qcs/experiment/run_options.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <string>
#include <utility>

namespace qcs {

/// The folder of a run, made and held for as long as this lives: nobody else can write to it, and what killed runs left
/// there is gone.
class RunFolder {
 public:
  /// Throws Error if the folder cannot be made or locked.
  explicit RunFolder(std::filesystem::path folder) : path_(std::move(folder)), lock_(made(path_)) {
    CheckpointFolder(path_).remove_leftovers();
  }

  const std::filesystem::path& path() const { return path_; }

  /// What the user should know of the folder.
  std::optional<std::string> note() const { return lock_.note(); }

  /// Readies the folder for a run. Also shows, before any work is done, that it can be written to. Throws ConfigError
  /// if it holds a run that is neither gone on with nor overwritten, Error if it cannot be written to.
  void begin(const RunOptions& options, bool resumes) const {
    const CheckpointFolder checkpoints(path_);
    if (options.overwrite)
      for (const auto& file : {checkpoints.last(), checkpoints.previous(), checkpoints.best()})
        std::filesystem::remove(file);
    if (!resumes && std::filesystem::exists(checkpoints.last()))
      throw ConfigError(
          fmt::format("{} holds a finished or interrupted run; choose another --out, or go on with --resume {}",
                      path_.string(), shell_quoted(path_)));
    write_atomically(path_ / kStoredOptions, [&](std::ofstream& out) { out << options.stored_options; });
  }

 private:
  static const std::filesystem::path& made(const std::filesystem::path& folder) {
    make_folder(folder);
    return folder;
  }

  std::filesystem::path path_;
  FolderLock lock_;
};

}  // namespace qcs
