// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <qcs/data/list/image_list.hpp>

namespace support {

/// A folder that goes away with its test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() / fmt::format("qcs-data-{}-{}", getpid(), count++);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  std::filesystem::path write(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// A small image whose pixels depend on `number`.
inline cv::Mat picture(int number, int rows = 24, int cols = 20) {
  cv::Mat image(rows, cols, CV_8UC3);
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < 3 * cols; ++x)
      image.ptr<std::uint8_t>(y)[x] = static_cast<std::uint8_t>((37 * number + 5 * y * (x % 3 + 1) + 3 * x) & 255);
  return image;
}

/// Writes one image for each label, image i as `i.png`.
inline qcs::ImageList pictures(const TemporaryFolder& folder, const std::vector<int>& labels, int classes) {
  qcs::ImageList list{{}, classes};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto path = folder / fmt::format("{}.png", i);
    cv::imwrite(path.string(), picture(static_cast<int>(i)));
    list.images.push_back({path, labels[i]});
  }
  return list;
}

/// The message of the exception of type `E` that `action` throws; fails the test if there is none.
template <class E>
std::string message_of(const auto& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  BOOST_ERROR("nothing was thrown");
  return {};
}

}  // namespace support
