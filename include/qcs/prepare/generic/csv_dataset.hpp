// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/io/table/csv_reader.hpp>
#include <qcs/io/table/fields.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/detail/row_collector.hpp>
#include <qcs/prepare/write.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// Any table of images and labels.
struct CsvDatasetOptions {
  std::filesystem::path table{};
  std::filesystem::path images{};  ///< what its image names are relative to
  std::string image_column = "image", label_column = "label";
  std::string split_column{};  ///< empty: all rows are for training
  std::vector<std::string>
      classes{};              ///< in the order of their labels; empty: names sorted, or as many as the numbers ask for
  int label_base = 0;         ///< what labels that are numbers count from
  bool skip_missing = false;  ///< drop and count rows whose image is missing, instead of failing
  std::string name = "csv";   ///< of the data set; its lists go to OUT/NAME
  std::filesystem::path out = "datas";
  bool overwrite = false;
};

/// Whether a split may have this name, which becomes part of a file's name.
inline bool is_split_name(std::string_view name) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

namespace detail {

/// One row of the table, before it is known what its label means.
struct CsvDatasetRow {
  std::size_t line;
  std::string image, label, split;
};

class CsvDatasetReader {
 public:
  explicit CsvDatasetReader(const CsvDatasetOptions& options) : options_(options), faults_(options.table.string()) {}

  PreparedDataset run() && {
    read();
    decide_classes();
    PreparedDataset dataset{.labels = {.name = options_.name, .classes = classes_},
                            .slug = options_.name,
                            .folder = options_.out / options_.name,
                            .images = options_.images,
                            .rule = numbers_ ? fmt::format("number in column `{}`, counted from {}",
                                                           options_.label_column, options_.label_base)
                                             : fmt::format("name in column `{}`", options_.label_column),
                            .sources = {SourceFile::of(options_.table)}};
    for (const std::string& name : classes_)
      if (!numbers_ && is_number(name) && !parse_whole_number(name))
        dataset.notes.push_back(fmt::format("`{}` is taken as the name of a class", name));
    FolderListing images(options_.images);
    RowCollector collector(images, options_.skip_missing);
    collector.begin(options_.table, faults_);
    for (const CsvDatasetRow& row : rows_)
      if (const auto label = label_of(row)) collector.add(split(dataset, row.split), row.line, row.image, *label);
    faults_.throw_if_any();
    return dataset;
  }

 private:
  void read() {
    CsvTable table(options_.table, "table");
    const std::size_t image = table.column(options_.image_column), label = table.column(options_.label_column);
    const std::size_t split = options_.split_column.empty() ? 0 : table.column(options_.split_column);
    while (table.next()) {
      if (table.fault()) {
        faults_.add(table.line(), *table.fault());
        continue;
      }
      CsvDatasetRow row{table.line(), table[image], std::string(without_blanks(table[label])), "train"};
      if (!options_.split_column.empty()) row.split = without_blanks(table[split]);
      if (row.label.empty())
        faults_.add(row.line, "no label");
      else if (!is_split_name(row.split))
        faults_.add(row.line, fmt::format("`{}` cannot be the name of a split", row.split));
      else
        rows_.push_back(std::move(row));
    }
    if (rows_.empty() && faults_.count() == 0) faults_.add(table.header_line(), "there are no rows below the header");
    if (rows_.empty()) faults_.throw_if_any();
  }

  /// Labels are numbers if all of them are, also where they are written as floats (then `10.0` is the name `10`),
  /// unless the classes given are numbers themselves. Of numbers alone all must be whole.
  void decide_classes() {
    std::set<std::string> names;
    for (const CsvDatasetRow& row : rows_) names.insert(row.label);
    const auto is_given = [&](auto& c) { return names.contains(c); };
    const bool are_names = std::any_of(options_.classes.begin(), options_.classes.end(), is_given);
    numbers_ = !are_names && std::all_of(names.begin(), names.end(), [](auto& name) { return is_number(name); });
    if (numbers_) {
      names = write_as_integers();
      numbers_ = std::none_of(options_.classes.begin(), options_.classes.end(), is_given);
    }
    classes_ = options_.classes;
    if (!classes_.empty()) return;
    int last = 0;
    if (numbers_)
      for (const auto& name : names) last = std::max(last, *parse_number<int>(name));
    if (names.size() > kMostClasses || last > kMostClasses)
      throw DataError(
          fmt::format("{}: column `{}` has {} different values up to `{}`, which cannot be {} classes or fewer",
                      options_.table.string(), options_.label_column, names.size(),
                      numbers_ ? fmt::format("{}", last) : *names.rbegin(), int{kMostClasses}));
    if (numbers_)
      classes_ = Labels::numbered(std::max(1, last - options_.label_base + 1)).classes;
    else
      classes_.assign(names.begin(), names.end());
  }

  /// Rewrites the labels that are whole and returns the different ones.
  std::set<std::string> write_as_integers() {
    std::set<std::string> names;
    for (CsvDatasetRow& row : rows_)
      if (const auto number = parse_whole_number(row.label)) names.insert(row.label = fmt::format("{}", *number));
    return names;
  }

  std::optional<int> label_of(const CsvDatasetRow& row) {
    const auto count = static_cast<int>(classes_.size());
    if (!numbers_) {
      const auto found = std::find(classes_.begin(), classes_.end(), row.label);
      if (found != classes_.end()) return static_cast<int>(found - classes_.begin());
      faults_.add(row.line, fmt::format("`{}` is none of the classes {}", row.label, fmt::join(classes_, ", ")));
      return std::nullopt;
    }
    const auto whole = parse_number<int>(row.label);
    if (!whole) {
      faults_.add(row.line, fmt::format("label `{}` is no whole number", row.label));
      return std::nullopt;
    }
    const int base = options_.label_base, label = *whole;
    if (label >= base && label - base < count) return label - base;
    faults_.add(row.line, fmt::format("label {} is not within {}..{}", label, base, base + count - 1));
    return std::nullopt;
  }

  PreparedSplit& split(PreparedDataset& dataset, const std::string& name) const {
    for (PreparedSplit& split : dataset.splits)
      if (split.name == name) return split;
    return dataset.splits.emplace_back(
        PreparedSplit{.name = name, .list = fmt::format("{}_{}.txt", options_.name, name)});
  }

  static constexpr int kMostClasses = 1000;

  CsvDatasetOptions options_;
  FaultList faults_;
  std::vector<CsvDatasetRow> rows_;
  std::vector<std::string> classes_;
  bool numbers_ = false;
};

}  // namespace detail

/// Makes lists out of any table with a column of image names and one of labels, numbers or names; a third column may
/// name the split. Lists keep the order of the table. Throws DataError with all faulty rows by file and line.
inline PreparedDataset prepare_csv(const CsvDatasetOptions& options) {
  return with_named_paths([&] {
    if (options.label_base != 0 && options.label_base != 1)
      throw ConfigError(fmt::format("labels count from 0 or 1, not {}", options.label_base));
    if (!std::filesystem::is_directory(options.images))
      throw DataError(fmt::format("{}: there is no such image folder", options.images.string()));
    PreparedDataset dataset = detail::CsvDatasetReader(options).run();
    write_prepared(dataset, options.overwrite);
    return dataset;
  });
}

}  // namespace qcs
