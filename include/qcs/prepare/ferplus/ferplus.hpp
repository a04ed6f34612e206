// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/progress.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/io/table/csv_writer.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/ferplus/pixels.hpp>
#include <qcs/prepare/ferplus/votes.hpp>
#include <qcs/prepare/write.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

struct FerplusOptions {
  std::filesystem::path votes{};   ///< fer2013new.csv
  std::filesystem::path images{};  ///< folder with FER2013Train, FER2013Valid, FER2013Test; some may be missing
  std::filesystem::path pixels{};  ///< or Kaggle's fer2013.csv
  /// FERPlus/img, FERPlus/ferplus_{training,validation,test}.txt and beside each its _votes.csv appear here
  std::filesystem::path out = "datas";
  FerplusRule rule = FerplusRule::kMajority;
  bool overwrite = false;
  ProgressCallback progress{};
};

/// Names of a split's image folder, list file and table of votes.
struct FerplusNames {
  std::string_view split, folder, list, votes;
};

inline FerplusNames ferplus_names(FerplusSplit split) {
  switch (split) {
    case FerplusSplit::kTraining:
      return {"training", "FER2013Train", "ferplus_training.txt", "ferplus_training_votes.csv"};
    case FerplusSplit::kValidation:
      return {"validation", "FER2013Valid", "ferplus_validation.txt", "ferplus_validation_votes.csv"};
    default:
      return {"test", "FER2013Test", "ferplus_test.txt", "ferplus_test_votes.csv"};
  }
}

namespace detail {

/// Labels the rows, writes the images that have a label, and the lists last.
class FerplusPreparation {
 public:
  explicit FerplusPreparation(const FerplusOptions& options)
      : options_(options), rows_(read_ferplus_votes(options.votes)), wanted_(rows_.size()) {
    if (options_.pixels.empty() == options_.images.empty())
      throw ConfigError("FERPlus images come either from a folder or from a pixel file: name one of them");
    const auto rule =
        std::find_if(kFerplusRules.begin(), kFerplusRules.end(), [&](auto& r) { return r.rule == options.rule; });
    dataset_ = {.labels = Labels::of<FerPlusLabels>(),
                .slug = "ferplus",
                .folder = options.out / "FERPlus",
                .images = options.out / "FERPlus" / "img",
                .rule = fmt::format("{}: {}", rule->name, rule->meaning)};
    for (const FerplusSplit s : kFerplusSplits) {
      const auto names = ferplus_names(s);
      dataset_.splits.push_back({.name = std::string(names.split),
                                 .list = std::string(names.list),
                                 .tables = {{std::string(names.votes), votes_header()}}});
    }
  }

  PreparedDataset run() && {
    if (!options_.images.empty()) skip_missing_folders();
    label();
    options_.images.empty() ? Fer2013Pixels::check(options_.pixels, rows_) : check_images();
    dataset_.sources.push_back(SourceFile::of(options_.votes));
    if (options_.images.empty()) dataset_.sources.push_back(SourceFile::of(options_.pixels));
    require_replaceable(dataset_, options_.overwrite);
    std::filesystem::create_directories(dataset_.images);
    options_.images.empty() ? write_pixels() : copy_images();
    write_prepared(dataset_, options_.overwrite);
    return std::move(dataset_);
  }

 private:
  PreparedSplit& split(FerplusSplit split) { return dataset_.splits[static_cast<std::size_t>(split)]; }
  std::filesystem::path destination(const FerplusRow& row) const { return dataset_.images / ferplus_image_name(row); }
  std::string source(const FerplusRow& row) const {
    return fmt::format("{}/{}", ferplus_names(row.split).folder, row.image);
  }

  void skip_missing_folders() {
    if (!std::filesystem::is_directory(options_.images))
      throw DataError(fmt::format("{}: there is no such image folder", options_.images.string()));
    std::size_t missing = 0;
    for (const FerplusSplit s : kFerplusSplits) {
      const auto folder = ferplus_names(s).folder;
      if (std::filesystem::is_directory(options_.images / folder)) continue;
      split(s).skipped = fmt::format("there is no folder {}", folder);
      ++missing;
    }
    if (missing == kFerplusSplits.size())
      throw DataError(fmt::format("{}: none of the folders FER2013Train, FER2013Valid and FER2013Test is here",
                                  options_.images.string()));
  }

  static std::string votes_header() {
    std::string header = "image";
    for (const std::string_view emotion : kFerplusEmotions) header += fmt::format(",{}", csv_cell(emotion));
    return header + '\n';
  }

  std::string votes_line(const FerplusRow& row) const {
    std::string line = csv_cell(ferplus_image_name(row));
    for (const double share : ferplus_shares(row, options_.rule)) line += ',' + csv_number(share);
    return line + '\n';
  }

  void label() {
    std::size_t repeated = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const FerplusRow& row = rows_[i];
      const FerplusVerdict verdict = ferplus_verdict(row, options_.rule);
      if (!verdict.label) {
        split(row.split).drop(std::string(kFerplusDropNames[static_cast<std::size_t>(verdict.reason)]));
        continue;
      }
      split(row.split).lines.push_back({ferplus_image_name(row), *verdict.label});
      split(row.split).tables.front().text += votes_line(row);
      if (!split(row.split).skipped.empty()) continue;
      wanted_[i] = true;
      ++total_;
      repeated += row.repeat > 0 ? 1 : 0;
    }
    if (repeated > 0)
      dataset_.notes.push_back(
          fmt::format("{} of the rows repeat an earlier file name; their images are called NAME-2.png", repeated));
  }

  void check_images() const {
    FaultList faults(options_.votes.string());
    FolderListing files(options_.images);
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (wanted_[i] && !files.file(source(rows_[i])).exists)
        faults.add(rows_[i].line, fmt::format("no image file `{}`", (options_.images / source(rows_[i])).string()));
    faults.throw_if_any();
  }

  void advance() {
    ++done_;
    if (options_.progress) options_.progress(done_, total_);
  }

  void copy_images() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!wanted_[i]) continue;
      std::filesystem::copy_file(options_.images / source(rows_[i]), destination(rows_[i]),
                                 std::filesystem::copy_options::overwrite_existing);
      advance();
    }
  }

  void write_pixels() {
    Fer2013Pixels reader(options_.pixels);
    Fer2013Pixels::Pixels pixels;
    for (std::size_t i = 0; i < rows_.size() && reader.next(); ++i) {
      if (!wanted_[i] || reader.read(rows_[i].split, pixels)) continue;
      const std::string file = destination(rows_[i]).string();
      if (!cv::imwrite(file, cv::Mat(kFer2013Side, kFer2013Side, CV_8UC1, pixels.data())))
        throw DataError(fmt::format("cannot write {}", file));
      advance();
    }
  }

  FerplusOptions options_;
  std::vector<FerplusRow> rows_;
  std::vector<bool> wanted_;  ///< rows whose image is written
  PreparedDataset dataset_;
  std::size_t done_ = 0, total_ = 0;
};

}  // namespace detail

/// Makes the image folder and the list files of FERPlus out of what the owners of FERPlus and FER2013 ship, and beside
/// each list a table of its images' votes (see ferplus_shares and read_soft_labels). All input is checked before
/// anything is written; the lists come last. Splits without an image folder are skipped (the result still has their
/// lines). Throws DataError with all faults of a file by file and line, or if lists of other content would be replaced;
/// Error naming a file or folder that cannot be read or written.
inline PreparedDataset prepare_ferplus(const FerplusOptions& options) {
  return with_named_paths([&] { return detail::FerplusPreparation(options).run(); });
}

}  // namespace qcs
