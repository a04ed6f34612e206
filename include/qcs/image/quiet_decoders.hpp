// SPDX-License-Identifier: MIT
#pragma once

#include <iostream>
#include <opencv2/core/utils/logger.hpp>
#include <streambuf>

namespace qcs {

namespace detail {

/// Whether this thread is inside one of OpenCV's decoders.
inline thread_local bool is_decoding = false;

class DecodingScope {
 public:
  DecodingScope() { is_decoding = true; }
  ~DecodingScope() { is_decoding = false; }
  DecodingScope(const DecodingScope&) = delete;
  DecodingScope& operator=(const DecodingScope&) = delete;
};

}  // namespace detail

/// For programs: as long as it lives, what OpenCV's decoders of TIFF, WebP and the like write to std::cerr, and its
/// log, stay off the console. A DataError names such a file. What other code writes to std::cerr passes.
class QuietDecoders : private std::streambuf {
 public:
  QuietDecoders()
      : level_(cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT)), target_(std::cerr.rdbuf(this)) {}
  ~QuietDecoders() override {
    std::cerr.rdbuf(target_);
    cv::utils::logging::setLogLevel(level_);
  }
  QuietDecoders(const QuietDecoders&) = delete;
  QuietDecoders& operator=(const QuietDecoders&) = delete;

 private:
  int_type overflow(int_type c) override {
    if (detail::is_decoding || traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    return target_->sputc(traits_type::to_char_type(c));
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    return detail::is_decoding ? size : target_->sputn(text, size);
  }
  int sync() override { return detail::is_decoding ? 0 : target_->pubsync(); }

  cv::utils::logging::LogLevel level_;
  std::streambuf* target_;
};

}  // namespace qcs
