// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <qcs/experiment/experiment.hpp>
#include <qcs/program/option_table.hpp>

namespace qcs::program {

/// The folder of the run that `--resume` names, whose options are taken for what the command line left open; empty
/// where it names none. Between parse() and assign(). Throws UsageError as OptionTable::recall() does.
inline std::filesystem::path recall_run(OptionTable& options) {
  const std::filesystem::path resumed = options.text_or("resume", "");
  if (resumed.empty()) return {};
  auto folder = resumed_folder(resumed);
  if (std::filesystem::exists(folder / kStoredOptions)) options.recall(folder / kStoredOptions);
  return folder;
}

}  // namespace qcs::program
