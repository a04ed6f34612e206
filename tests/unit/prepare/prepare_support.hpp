// SPDX-License-Identifier: MIT
#pragma once

#include "../data/support.hpp"

namespace support {

/// The whole of a file.
inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  BOOST_TEST(stream.good(), file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Writes `picture(number)` below the folder, in the format of its name.
inline void write_picture(const TemporaryFolder& folder, const std::string& name, int number, int rows = 24,
                          int cols = 20) {
  std::filesystem::create_directories((folder / name).parent_path());
  cv::imwrite((folder / name).string(), picture(number, rows, cols));
}

}  // namespace support
