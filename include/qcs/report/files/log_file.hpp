// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <qcs/core/file/atomic_file.hpp>
#include <sstream>
#include <string>
#include <system_error>

namespace qcs {

/// A file of lines that begin with the time in UTC: "2026-11-25T00:45:31Z text".
class LogFile {
 public:
  /// @param append goes on with the lines that are there; the folder is made when it is missing. Throws Error naming a
  /// file that cannot be written.
  LogFile(const std::filesystem::path& path, bool append) : path_(path) {
    std::error_code ignored;  // opening the file says what is wrong
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    file_.open(path, std::ios::binary | (append ? std::ios::app : std::ios::trunc));
    require_written(file_, path_);
  }

  /// Adds a line, or several where `text` has line ends, and flushes each. Throws Error naming the file.
  void line(const std::string& text) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    std::istringstream lines(text);
    for (std::string one; std::getline(lines, one);) {
      file_ << stamp.data() << ' ' << one << '\n' << std::flush;
      require_written(file_, path_);
    }
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace qcs
