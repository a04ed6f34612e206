// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace qcs {

/// Replaces the file `path` by `bytes`, making its folder when it is missing. The bytes go to a file beside
/// it first, which then takes its name: a reader sees the old content or the new, never half of it. Throws
/// Error naming the path.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  const auto fail = [&](const std::string& reason) {
    throw Error(fmt::format("{}: cannot be written: {}", path.string(), reason));
  };
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) fail(error.message());
  std::filesystem::path draft = path;
  draft += ".part";
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) fail(std::strerror(errno));
  std::filesystem::rename(draft, path, error);
  if (error) fail(error.message());
}

/// Writes a picture (8-bit, BGR or grey) as a PNG file, as write_file() does.
inline void write_png(const std::filesystem::path& path, const cv::Mat& picture) {
  std::vector<uchar> bytes;
  if (!cv::imencode(".png", picture, bytes)) throw Error(fmt::format("{}: cannot be encoded", path.string()));
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace qcs
