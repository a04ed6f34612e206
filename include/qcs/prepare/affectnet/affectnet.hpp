// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/progress.hpp>
#include <qcs/prepare/affectnet/annotations.hpp>
#include <qcs/prepare/affectnet/crop.hpp>
#include <qcs/prepare/affectnet/release.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/detail/row_collector.hpp>
#include <qcs/prepare/write.hpp>
#include <string>
#include <system_error>
#include <vector>

namespace qcs {

/// AffectNet as its owners ship it: csv files beside the images (`train_csv`, `validation_csv`, or one of them), or
/// without any csv a release whose folders are numbered by class or hold images/ and annotations/.
struct AffectNetOptions {
  std::filesystem::path images{};  ///< what the csv's file paths, or the folders of the release, are relative to
  std::filesystem::path train_csv{}, validation_csv{};
  int classes = 7;    ///< 7, or 8 with Contempt
  bool crop = false;  ///< write the face boxes of the csv to AffectNet/Manually_trainval_croped
  bool skip_unusable =
      false;  ///< drop and count images of the csv that are missing or cannot be cropped, instead of failing
  std::optional<int> number_base{};  ///< what numbered folders count from, 0 or 1; else the lowest number
  int threads = 1;                   ///< for cropping
  std::filesystem::path out = "datas";
  bool overwrite = false;
  ProgressCallback progress{};
};

namespace detail {

inline PreparedDataset empty_affectnet(const AffectNetOptions& options) {
  return {.labels = options.classes == 7 ? Labels::of<AffectNet7Labels>() : Labels::of<AffectNet8Labels>(),
          .slug = fmt::format("affectnet{}", options.classes),
          .folder = options.out / "AffectNet",
          .images = options.crop ? options.out / "AffectNet/Manually_trainval_croped" : options.images,
          .rule = "",
          .splits = {{"training", fmt::format("affectnet_training-cls{}-v7.txt", options.classes)},
                     {"validation", fmt::format("affectnet_validation-cls{}.txt", options.classes)}},
          .classes_file = fmt::format("affectnet{}_classes.txt", options.classes)};
}

}  // namespace detail

/// Makes the lists of AffectNet with seven or eight classes; None, Uncertain and No-Face, and Contempt with seven
/// classes, are dropped and counted. With `crop`, writes the faces too. Throws ConfigError for options that do not fit,
/// DataError with all faults of a file, among them images that both csv files have; lists are written last.
inline PreparedDataset prepare_affectnet(const AffectNetOptions& options) {
  return with_named_paths([&] {
    if (options.classes != 7 && options.classes != 8)
      throw ConfigError(fmt::format("AffectNet has 7 or 8 classes, not {}", options.classes));
    if (!std::filesystem::is_directory(options.images))
      throw DataError(fmt::format("{}: there is no such image folder", options.images.string()));
    PreparedDataset dataset = detail::empty_affectnet(options);
    const std::array<std::filesystem::path, 2> csvs{options.train_csv, options.validation_csv};
    std::array<std::vector<AffectNetFace>, 2> faces;
    if (csvs[0].empty() && csvs[1].empty()) {
      if (options.crop) throw ConfigError("cropping needs the face boxes of AffectNet's csv files");
      detail::read_affectnet_release(options.images, options.classes, options.number_base, dataset);
    } else {
      FolderListing images(options.images);
      detail::RowCollector rows(images, options.skip_unusable);
      for (std::size_t s = 0; s < csvs.size(); ++s) {
        if (csvs[s].empty()) {
          dataset.splits[s].skipped = "no csv was given";
          continue;
        }
        detail::read_affectnet_csv(csvs[s], rows, options.classes, dataset.splits[s],
                                   options.crop ? &faces[s] : nullptr);
        dataset.sources.push_back(SourceFile::of(csvs[s]));
      }
      dataset.rule = "expression of the csv";
    }
    dataset.rule += fmt::format("; {}None, Uncertain and No-Face dropped", options.classes == 7 ? "Contempt, " : "");
    if (options.crop) {
      std::error_code ignored;
      if (std::filesystem::equivalent(dataset.images, options.images, ignored))
        throw ConfigError(fmt::format("{}: cropping would overwrite the images it reads", options.images.string()));
      dataset.rule += "; cropped to the face box";
      if (!options.skip_unusable) require_replaceable(dataset, options.overwrite);
      for (std::size_t s = 0; s < csvs.size(); ++s)
        if (dataset.splits[s].skipped.empty())
          detail::crop_faces(csvs[s], options.images, dataset.images, faces[s], options.skip_unusable, options.threads,
                             options.progress, dataset.splits[s]);
    }
    write_prepared(dataset, options.overwrite);
    return dataset;
  });
}

}  // namespace qcs
