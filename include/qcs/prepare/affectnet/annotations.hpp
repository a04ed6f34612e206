// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <opencv2/core.hpp>
#include <optional>
#include <qcs/core/label_space.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/io/table/csv_reader.hpp>
#include <qcs/io/table/fields.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/detail/row_collector.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// The expression ids that AffectNet has besides its eight classes, from 8 on.
inline constexpr std::array<std::string_view, 3> kAffectNetOthers{"None", "Uncertain", "No-Face"};

/// Columns of AffectNet's csv files, in the order of those that come without a header.
inline const std::vector<std::string> kAffectNetColumns{
    "subDirectory_filePath", "face_x",     "face_y",  "face_width", "face_height",
    "facial_landmarks",      "expression", "valence", "arousal"};

/// A face in its image, and the row of the csv that says so.
struct AffectNetFace {
  cv::Rect box;
  std::size_t line = 0;
};

namespace detail {

/// Whether an expression id is one of the first `classes` ids. If not, counts the image as dropped, under the id's
/// name.
inline bool keep_affectnet(PreparedSplit& split, std::int64_t id, int classes) {
  if (id < classes) return true;
  const auto& names = AffectNet8Labels::kClasses;
  const auto i = static_cast<std::size_t>(id);
  split.drop(std::string(i < names.size() ? names[i] : kAffectNetOthers.at(i - names.size())));
  return false;
}

inline bool is_affectnet_id(std::int64_t id) {
  return id >= 0 && id < std::ssize(AffectNet8Labels::kClasses) + std::ssize(kAffectNetOthers);
}

/// The box in a row, rounded to pixels; nothing unless it is four numbers with an area.
inline std::optional<cv::Rect> affectnet_box(const CsvTable& table, const std::array<std::size_t, 4>& columns) {
  std::array<int, 4> box;
  for (std::size_t i = 0; i < box.size(); ++i) {
    const auto value = parse_number<double>(without_blanks(table[columns[i]]));
    if (!value || !(std::abs(*value) < 1e6)) return std::nullopt;
    box[i] = static_cast<int>(std::lround(*value));
  }
  if (box[2] < 1 || box[3] < 1) return std::nullopt;
  return cv::Rect(box[0], box[1], box[2], box[3]);
}

/// Reads one csv of AffectNet into a split, in its order; `rows` has the images of the other csv, if that was read
/// before. With `faces`, the row's face goes there for every line of the split. Throws DataError with all faulty rows
/// by file and line, also those whose image the other csv has.
inline void read_affectnet_csv(const std::filesystem::path& file, RowCollector& rows, int classes, PreparedSplit& split,
                               std::vector<AffectNetFace>* faces) {
  CsvTable table(file, "AffectNet csv", kAffectNetColumns);
  const std::size_t name = table.column("subDirectory_filePath"), expression = table.column("expression");
  std::array<std::size_t, 4> box{};
  if (faces != nullptr)
    for (std::size_t i = 0; i < box.size(); ++i) box[i] = table.column(kAffectNetColumns[i + 1]);
  FaultList faults(file.string());
  rows.begin(file, faults);
  std::size_t count = 0;
  for (; table.next(); ++count) {
    if (table.fault()) {
      faults.add(table.line(), *table.fault());
      continue;
    }
    const auto id = parse_whole_number(table[expression]);
    if (!id || !is_affectnet_id(*id)) {
      faults.add(table.line(), fmt::format("expression `{}` is not within 0..10", table[expression]));
      continue;
    }
    if (!keep_affectnet(split, *id, classes)) continue;
    const auto face = faces == nullptr ? cv::Rect{} : affectnet_box(table, box);
    if (!face)
      faults.add(table.line(), "face_x, face_y, face_width and face_height are no box");
    else if (rows.add(split, table.line(), table[name], *id) && faces != nullptr)
      faces->push_back({*face, table.line()});
  }
  if (count == 0) faults.add(table.header_line(), "there are no rows below the header");
  faults.throw_if_any();
}

}  // namespace detail

}  // namespace qcs
