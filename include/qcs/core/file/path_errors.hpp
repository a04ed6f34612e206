// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <qcs/core/error.hpp>

namespace qcs {

/// Calls `action()`. An error of the file system (a folder that cannot be read, a full disk) becomes an Error that
/// names the path.
decltype(auto) with_named_paths(auto&& action) {
  try {
    return action();
  } catch (const std::filesystem::filesystem_error& error) {
    const auto& path = error.path2().empty() ? error.path1() : error.path2();
    throw Error(fmt::format("{}: {}", path.string(), error.code().message()));
  }
}

}  // namespace qcs
