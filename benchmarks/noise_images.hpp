// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <qcs/data/list/image_list.hpp>

namespace benchmarks {

/// Writes images of noise, four of each class, into a folder that is made when it is missing.
inline qcs::ImageList noise_images(const std::filesystem::path& folder, int classes) {
  std::filesystem::create_directories(folder);
  qcs::ImageList list{.images = {}, .classes = classes};
  cv::RNG random(1);
  for (int i = 0; i < 4 * classes; ++i) {
    cv::Mat image(100, 100, CV_8UC3);
    random.fill(image, cv::RNG::UNIFORM, 0, 256);
    const auto file = folder / fmt::format("{}.png", i);
    cv::imwrite(file.string(), image);
    list.images.push_back({file, i % classes});
  }
  return list;
}

}  // namespace benchmarks
