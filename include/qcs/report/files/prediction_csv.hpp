// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/io/table/csv_writer.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/train/events.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// What a file of predictions tells of one image.
struct Prediction {
  std::string image = {};
  std::int64_t label = 0;
  std::int64_t predicted = 0;
  std::vector<double> logits = {};  ///< one for each class
};

namespace detail {

inline std::string prediction_header(const std::vector<std::string>& class_names) {
  std::string text = "image,label,predicted";
  for (const auto& name : class_names) text += ',' + csv_cell(name);
  return text + '\n';
}

/// @param names of the images; where there are none, an image goes by its number, from 0
inline std::string prediction_row(const std::vector<std::string>& names, std::size_t image, std::int64_t label,
                                  std::span<const double> logits) {
  std::string text = names.empty() ? fmt::format("{}", image) : csv_cell(names.at(image));
  text += fmt::format(",{},{}", label, std::ranges::max_element(logits) - logits.begin());
  for (const double logit : logits) text += fmt::format(",{:.9g}", logit);
  return text + '\n';
}

}  // namespace detail

/// The answers of one evaluation, kept in memory. An observer.
struct PredictionTable {
  std::vector<std::size_t> images = {};  ///< positions in the evaluation list
  std::vector<std::int64_t> labels = {};
  std::vector<double> logits = {};  ///< row-major, a row for each image

  void on_prediction(const PredictionEvent& event) {
    images.insert(images.end(), event.images.begin(), event.images.end());
    labels.insert(labels.end(), event.labels.begin(), event.labels.end());
    logits.insert(logits.end(), event.logits.begin(), event.logits.end());
  }
};

/// Writes a table in PredictionCsv's form, all or nothing. Throws Error naming the file.
/// @param names of the images in the order of the evaluation list; where there are none, numbers from 0 are written
inline void write_predictions(const std::filesystem::path& path, const PredictionTable& table,
                              const std::vector<std::string>& names, const std::vector<std::string>& class_names) {
  const std::size_t classes = class_names.size();
  std::string text = detail::prediction_header(class_names);
  for (std::size_t i = 0; i < table.images.size(); ++i)
    text += detail::prediction_row(names, table.images[i], table.labels[i],
                                   std::span(table.logits).subspan(i * classes, classes));
  write_file(path, text);
}

/// Reads back a file of predictions. Throws DataError with file and line if it is none, or cut short.
inline std::vector<Prediction> read_predictions(const std::filesystem::path& path) {
  CsvReader reader(path);
  constexpr std::size_t kFirstLogit = 3;
  const auto next = [&] {
    if (!reader.next()) return false;
    if (!reader.whole()) reader.fail("the line is cut short");
    return true;
  };
  if (!next()) reader.fail("the file is empty");
  const std::vector<std::string> header = reader.cells();
  if (header.size() <= kFirstLogit || header[0] != "image" || header[1] != "label" || header[2] != "predicted")
    reader.fail("expected the columns image, label, predicted and one for each class");
  const auto classes = static_cast<std::int64_t>(header.size() - kFirstLogit);
  std::vector<Prediction> predictions;
  while (next()) {
    if (reader.cells().size() != header.size())
      reader.fail(fmt::format("expected {} cells, found {}", header.size(), reader.cells().size()));
    auto& prediction = predictions.emplace_back(Prediction{.image = reader.cells()[0],
                                                           .label = reader.number<std::int64_t>(1),
                                                           .predicted = reader.number<std::int64_t>(2)});
    for (const auto c : {prediction.label, prediction.predicted})
      if (c < 0 || c >= classes) reader.fail(fmt::format("class {} of {}", c, classes));
    for (std::size_t i = kFirstLogit; i < header.size(); ++i) prediction.logits.push_back(reader.number<double>(i));
  }
  return predictions;
}

/// Writes a line for every image of an evaluation: `image,label,predicted,` and the logit of every class, whose columns
/// carry the class names. An observer.
class PredictionCsv {
 public:
  /// @param images names in the order of the evaluation list. Throws Error naming a file that cannot be written.
  PredictionCsv(const std::filesystem::path& path, std::vector<std::string> images,
                const std::vector<std::string>& class_names)
      : path_(path),
        images_(std::move(images)),
        classes_(class_names.size()),
        file_(path, std::ios::binary | std::ios::trunc) {
    file_ << detail::prediction_header(class_names);
    require_written(file_, path_);
  }

  void on_prediction(const PredictionEvent& event) {
    for (std::size_t i = 0; i < event.images.size(); ++i)
      file_ << detail::prediction_row(images_, event.images[i], event.labels[i],
                                      event.logits.subspan(i * classes_, classes_));
    file_.flush();
    require_written(file_, path_);
  }

 private:
  std::filesystem::path path_;
  std::vector<std::string> images_;
  std::size_t classes_;
  std::ofstream file_;
};

}  // namespace qcs
