// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <qcs/core/error.hpp>
#include <source_location>
#include <string>
#include <system_error>
#include <vector>

namespace qcs {

/// The weights that come with the library: the base branch of CompactBackbone, trained on FERPlus, with its card.
/// docs/compact.md says how well it does, examples/weights/README.md what it may be used for.
inline constexpr const char* kShippedWeights = "compact_ferplus.safetensors";

/// Where they are: in `share/qcs` beside the running program's `bin`, else beside the examples of the sources that were
/// compiled, or where the library was installed. Throws Error with the places looked at if they are in none.
///
///     auto classify = qcs::Classifier::load(qcs::shipped_weights());
inline std::filesystem::path shipped_weights() {
  const auto prefix = std::filesystem::path(std::source_location::current().file_name()).parent_path() / "../../..";
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::vector<std::filesystem::path> folders{program.parent_path() / "../share/qcs", prefix / "examples/weights",
                                                   prefix / "share/qcs"};
  std::vector<std::string> looked_at;
  for (const auto& folder : folders) {
    if (!folder.is_absolute()) continue;  // compiled with shortened paths: not what lies in the user's folder
    const auto file = (folder / kShippedWeights).lexically_normal();
    if (std::filesystem::is_regular_file(file, error)) return file;
    looked_at.push_back(file.string());
  }
  throw Error(fmt::format("the shipped weights are not there; looked for {}", fmt::join(looked_at, ", ")));
}

}  // namespace qcs
