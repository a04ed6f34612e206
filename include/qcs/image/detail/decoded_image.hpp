// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace qcs::detail {

/// What a decoder made of an image file.
struct DecodedImage {
  cv::Mat rgb{};                        ///< 8UC3; empty if there is none
  std::string damage{};                 ///< why there is none
  std::vector<std::string> warnings{};  ///< what is unusual about the file, though its pixels are whole
};

/// Messages of a C decoder, which must neither throw nor leave objects with destructors behind when it jumps.
struct DecoderMessages {
  static constexpr std::size_t kLongest = 200, kMost = 4;
  using Text = std::array<char, kLongest>;

  Text damage{};
  std::array<Text, kMost> warnings{};
  std::size_t count = 0;
  bool out_of_memory = false;

  void warn(const char* text) {
    if (count < kMost) std::snprintf(warnings[count++].data(), kLongest, "%s", text);
  }
  void fail(const char* text) { std::snprintf(damage.data(), kLongest, "%s", text); }

  std::vector<std::string> all_warnings() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.emplace_back(warnings[i].data());
    return all;
  }
};

}  // namespace qcs::detail
