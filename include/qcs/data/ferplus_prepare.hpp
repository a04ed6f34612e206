// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <qcs/data/ferplus.hpp>
#include <qcs/data/ferplus_pixels.hpp>

namespace qcs {

/// What became of one split.
struct FerplusSplitReport {
  bool skipped = false;  ///< there is no folder with its images
  std::array<std::size_t, kFerplusEmotions.size()> kept{};
  std::array<std::size_t, kFerplusDropNames.size()> dropped{};
  std::size_t repeated = 0;  ///< kept rows that repeat the file name of an earlier row

  std::size_t kept_total() const { return std::accumulate(kept.begin(), kept.end(), std::size_t{0}); }
  std::size_t dropped_total() const {
    return std::accumulate(dropped.begin(), dropped.end(), std::size_t{0});
  }
};

/// By FerplusSplit.
using FerplusReport = std::array<FerplusSplitReport, kFerplusSplits.size()>;

struct FerplusOptions {
  std::filesystem::path votes;   ///< fer2013new.csv
  std::filesystem::path images;  ///< folder with FER2013Train, FER2013Valid, FER2013Test; some may be missing
  std::filesystem::path pixels;  ///< or Kaggle's fer2013.csv
  std::filesystem::path out;  ///< FERPlus/img and FERPlus/ferplus_{training,validation,test}.txt appear here
  FerplusRule rule = FerplusRule::kMajority;
  std::function<void(std::size_t done, std::size_t total)> progress = [](std::size_t, std::size_t) {};
};

/// Names of a split's image folder and list file.
struct FerplusNames {
  std::string_view folder, list;
};

inline FerplusNames ferplus_names(FerplusSplit split) {
  switch (split) {
    case FerplusSplit::kTraining: return {"FER2013Train", "ferplus_training.txt"};
    case FerplusSplit::kValidation: return {"FER2013Valid", "ferplus_validation.txt"};
    default: return {"FER2013Test", "ferplus_test.txt"};
  }
}

namespace detail {

/// Labels the rows, writes the images that have a label, and the lists last.
class FerplusPreparation {
 public:
  explicit FerplusPreparation(const FerplusOptions& options)
      : options_(options), rows_(read_ferplus_votes(options.votes)), labels_(rows_.size()) {}

  FerplusReport run() {
    if (options_.pixels.empty() == options_.images.empty())
      throw ConfigError("FERPlus images come either from a folder or from a pixel file: name one of them");
    if (!options_.images.empty()) skip_missing_folders();
    label();
    options_.images.empty() ? Fer2013Pixels::check(options_.pixels, rows_) : check_images();
    std::filesystem::create_directories(target() / "img");
    options_.images.empty() ? write_pixels() : copy_images();
    for (const FerplusSplit split : kFerplusSplits)
      if (!report(split).skipped) write_list(split);
    return report_;
  }

 private:
  FerplusSplitReport& report(FerplusSplit split) { return report_[static_cast<std::size_t>(split)]; }
  std::filesystem::path target() const { return options_.out / "FERPlus"; }
  std::filesystem::path destination(const FerplusRow& row) const {
    return target() / "img" / ferplus_image_name(row);
  }
  std::filesystem::path source(const FerplusRow& row) const {
    return options_.images / ferplus_names(row.split).folder / row.image;
  }

  void skip_missing_folders() {
    if (!std::filesystem::is_directory(options_.images))
      throw DataError(fmt::format("{}: there is no such image folder", options_.images.string()));
    std::size_t missing = 0;
    for (const FerplusSplit split : kFerplusSplits) {
      report(split).skipped = !std::filesystem::is_directory(options_.images / ferplus_names(split).folder);
      missing += report(split).skipped ? 1 : 0;
    }
    if (missing == kFerplusSplits.size())
      throw DataError(
          fmt::format("{}: none of the folders FER2013Train, FER2013Valid and FER2013Test is here",
                      options_.images.string()));
  }

  void label() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      FerplusSplitReport& split = report(rows_[i].split);
      const FerplusVerdict verdict = ferplus_verdict(rows_[i], options_.rule);
      if (!verdict.label) {
        ++split.dropped[static_cast<std::size_t>(verdict.reason)];
        continue;
      }
      ++split.kept[static_cast<std::size_t>(*verdict.label)];
      split.repeated += rows_[i].repeat > 0 ? 1 : 0;
      if (split.skipped) continue;
      labels_[i] = verdict.label;
      ++total_;
    }
  }

  void check_images() const {
    Faults faults(options_.votes.string());
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (labels_[i] && !std::filesystem::is_regular_file(source(rows_[i])))
        faults.add(rows_[i].line, fmt::format("no image file `{}`", source(rows_[i]).string()));
    faults.throw_if_any();
  }

  void copy_images() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (!labels_[i]) continue;
      std::filesystem::copy_file(source(rows_[i]), destination(rows_[i]),
                                 std::filesystem::copy_options::overwrite_existing);
      options_.progress(++done_, total_);
    }
  }

  void write_pixels() {
    Fer2013Pixels reader(options_.pixels);
    Fer2013Pixels::Pixels pixels;
    for (std::size_t i = 0; i < rows_.size() && reader.next(); ++i) {
      if (!labels_[i] || reader.read(rows_[i].split, pixels)) continue;
      const std::string file = destination(rows_[i]).string();
      if (!cv::imwrite(file, cv::Mat(kFer2013Side, kFer2013Side, CV_8UC1, pixels.data())))
        throw DataError(fmt::format("cannot write {}", file));
      options_.progress(++done_, total_);
    }
  }

  void write_list(FerplusSplit split) const {
    const std::filesystem::path file = target() / ferplus_names(split).list;
    const std::filesystem::path unfinished = file.string() + ".part";
    std::ofstream stream(unfinished, std::ios::binary | std::ios::trunc);
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (labels_[i] && rows_[i].split == split)
        stream << ferplus_image_name(rows_[i]) << ' ' << *labels_[i] << '\n';
    stream.close();
    if (!stream) throw DataError(fmt::format("cannot write {}", unfinished.string()));
    std::filesystem::rename(unfinished, file);
  }

  FerplusOptions options_;
  std::vector<FerplusRow> rows_;
  std::vector<std::optional<int>> labels_;
  FerplusReport report_;
  std::size_t done_ = 0, total_ = 0;
};

}  // namespace detail

/// Makes the image folder and the list files of FERPlus out of what the owners of FERPlus and FER2013 ship.
/// All input is checked before anything is written; the lists come last, each in one step. Splits without an
/// image folder are skipped (their counts are still in the report). Throws DataError with all faults of a
/// file by file and line.
inline FerplusReport prepare_ferplus(const FerplusOptions& options) {
  return detail::FerplusPreparation(options).run();
}

}  // namespace qcs
