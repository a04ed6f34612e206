// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/data/list/list_line.hpp>
#include <qcs/io/table/csv_reader.hpp>
#include <qcs/io/table/fields.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// Reads the rows of a table of soft labels, and gathers what is wrong with them.
class SoftLabelReader {
 public:
  SoftLabelReader(const std::filesystem::path& csv, int classes)
      : table_(csv, "table of soft labels"), faults_(csv.string()), classes_(static_cast<std::size_t>(classes)) {
    if (table_.header().size() != classes_ + 1 || table_.header().front() != "image")
      throw DataError(fmt::format("{}:{}: expected a header `image` and {} classes, found `{}`", csv.string(),
                                  table_.header_line(), classes, fmt::join(table_.header(), ",")));
    while (table_.next()) read_row();
  }

  /// The rows of the images, one after the other. Throws DataError with all faults.
  std::vector<double> rows_of(const ImageList& list, const std::filesystem::path& root) && {
    std::vector<double> table;
    table.reserve(list.images.size() * classes_);
    const auto first = list.files();
    for (std::size_t i = 0; i < list.images.size(); ++i) {
      const auto& path = list.images[i].path;
      const std::string name = (root.empty() ? path : path.lexically_relative(root)).string();
      if (const auto found = rows_.find(name); found != rows_.end())
        table.insert(table.end(), found->second.values.begin(), found->second.values.end());
      else if (first[i] == i)
        faults_.add(table_.line(), fmt::format("up to the end there is no row of `{}`", name));
    }
    faults_.throw_if_any();
    return table;
  }

 private:
  struct Row {
    std::size_t line;
    std::vector<double> values;
  };

  void read_row() {
    if (table_.fault()) return faults_.add(table_.line(), *table_.fault());
    const auto name = normal_name(table_[0]);
    if (!name || name->empty())
      return faults_.add(table_.line(), fmt::format("`{}` is no name of an image in the image folder", table_[0]));
    const auto [row, fresh] = rows_.try_emplace(*name, Row{table_.line(), {}});
    if (!fresh) return faults_.add(table_.line(), fmt::format("`{}` is already in line {}", *name, row->second.line));
    row->second.values.assign(classes_, 0);
    double sum = 0;
    bool good = true;
    for (std::size_t c = 0; c < classes_; ++c) {
      if (const auto fault = read_cell(c + 1, row->second.values[c])) {
        faults_.add(table_.line(), *fault);
        good = false;
      }
      sum += row->second.values[c];
    }
    if (good && !(std::abs(sum - 1) <= 1e-6))
      faults_.add(table_.line(), fmt::format("the labels of `{}` add up to {}, expected 1", *name, sum));
  }

  std::optional<std::string> read_cell(std::size_t column, double& value) const {
    const auto number = parse_number<double>(without_blanks(table_[column]));
    if (!number || !std::isfinite(*number))
      return fmt::format("`{}` in column `{}` is not a number", table_[column], table_.header()[column]);
    if (*number < 0) return fmt::format("{} in column `{}` is below 0", *number, table_.header()[column]);
    value = *number;
    return std::nullopt;
  }

  CsvTable table_;
  FaultList faults_;
  std::size_t classes_;
  std::unordered_map<std::string, Row> rows_;  ///< by name of the image, also those with a fault
};

}  // namespace detail

/// Soft labels for the images of a list, a probability for each class: row-major (N, classes), in the order of the
/// list. The table has a header, `image` and a column for each class in the order of the labels, and a row for each
/// image, as `prepare ferplus` writes it: its name below `image_root` as in the list (empty: the whole path), values of
/// 0 or more that add up to 1 within 1e-6. Rows of images that the list lacks are fine, for they may be held out.
///
/// Throws DataError if the table cannot be read or has another header, and otherwise once for all faults by file and
/// line: malformed rows, an image that comes twice, what is not a number or below 0, another sum, an image of the list
/// without a row. ConfigError on fewer than one class.
inline std::vector<double> read_soft_labels(const std::filesystem::path& csv, const ImageList& list,
                                            const std::filesystem::path& image_root, int classes) {
  if (classes < 1) throw ConfigError(fmt::format("soft labels need at least one class, got {}", classes));
  return detail::SoftLabelReader(csv, classes).rows_of(list, image_root);
}

}  // namespace qcs
