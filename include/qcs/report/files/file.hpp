// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace qcs {

/// Replaces the file `path` by `bytes`, all or nothing (see write_atomically), making its folder when it is missing.
/// Throws Error naming the path.
inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) throw Error(fmt::format("cannot write {}: {}", path.string(), error.message()));
  write_atomically(path,
                   [&](std::ofstream& out) { out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())); });
}

/// Writes a picture (8-bit, BGR or grey) as a PNG file, as write_file() does.
inline void write_png(const std::filesystem::path& path, const cv::Mat& picture) {
  std::vector<uchar> bytes;
  if (!cv::imencode(".png", picture, bytes)) throw Error(fmt::format("cannot encode {}", path.string()));
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace qcs
