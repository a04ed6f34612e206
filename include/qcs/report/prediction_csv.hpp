// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <qcs/core/error.hpp>
#include <qcs/train/events.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// A cell of a CSV file, quoted where it must be (RFC 4180).
inline std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace detail

/// Writes a line for every image of an evaluation: `image,label,predicted,` and the logit of every class, whose columns
/// carry the class names. An observer.
class PredictionCsv {
 public:
  /// @param images names in the order of the evaluation list. Throws Error naming a file that cannot be written.
  PredictionCsv(const std::filesystem::path& path, std::vector<std::string> images, const std::vector<std::string>& class_names)
      : path_(path), images_(std::move(images)), classes_(class_names.size()), file_(path, std::ios::binary | std::ios::trunc) {
    file_ << "image,label,predicted";
    for (const auto& name : class_names) file_ << ',' << detail::csv_cell(name);
    file_ << '\n';
    require_written();
  }

  void on_prediction(const PredictionEvent& event) {
    for (std::size_t i = 0; i < event.images.size(); ++i) {
      const auto row = event.logits.subspan(i * classes_, classes_);
      const auto predicted = std::ranges::max_element(row) - row.begin();
      file_ << fmt::format("{},{},{}", detail::csv_cell(images_.at(event.images[i])), event.labels[i], predicted);
      for (const double logit : row) file_ << fmt::format(",{:.9g}", logit);
      file_ << '\n';
    }
    file_.flush();
    require_written();
  }

 private:
  void require_written() const {
    if (!file_) throw Error(fmt::format("cannot write {}: {}", path_.string(), std::strerror(errno)));
  }

  std::filesystem::path path_;
  std::vector<std::string> images_;
  std::size_t classes_;
  std::ofstream file_;
};

}  // namespace qcs
