// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/file/folder_lock.hpp>
#include <qcs/core/text/shell_quoted.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/train/state/checkpoint_folder.hpp>
#include <string>
#include <vector>

namespace qcs::program {

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
                      run.out.string(), shell_quoted(run.out)));
    // Also shows, before any work is done, that the folder can be written to.
    write_atomically(run.out / kStoredOptions,
                     [&](std::ofstream& out) { out << run.stored_options << option_line("seed", run.seed); });
  }

  /// What the user should know of the folder.
  std::vector<std::string> notes() const {
    return lock_.note() ? std::vector{*lock_.note()} : std::vector<std::string>();
  }

 private:
  static const std::filesystem::path& made(const std::filesystem::path& folder) {
    make_folder(folder);
    return folder;
  }

  FolderLock lock_;
};

}  // namespace qcs::program
