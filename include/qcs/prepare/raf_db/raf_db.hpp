// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/data/list/list_hint.hpp>
#include <qcs/data/list/list_line.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/write.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace qcs {

struct RafDbOptions {
  std::filesystem::path labels{};       ///< its owners' list_patition_label.txt
  std::filesystem::path images{};       ///< the aligned images, or the originals
  std::filesystem::path out = "datas";  ///< RAF-DB/raf_db_basic_{train,test}.txt appear here
  bool overwrite = false;
};

namespace detail {

/// The name under which a folder holds an image of the partition list: "train_00001_aligned.jpg", else
/// "train_00001.jpg".
inline std::optional<std::string> raf_db_image(FolderListing& images, std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string aligned = fmt::format("{}_aligned{}", name.substr(0, dot), name.substr(dot));
  if (images.file(aligned).exists) return aligned;
  if (images.file(name).exists) return std::string(name);
  return std::nullopt;
}

/// Reads the partition list into the splits by the prefix of each name. Throws DataError with all faults by file and
/// line.
inline void read_raf_db_partition(const RafDbOptions& options, PreparedSplit& train, PreparedSplit& test) {
  FaultList faults(options.labels.string());
  FolderListing images(options.images);
  ListHint hint({}, [&](const std::string& name) { return images.file(name).exists; });
  std::unordered_map<std::string, std::size_t> lines;
  const auto add = [&](std::size_t line, std::string_view text) {
    ListLine parsed;
    if (const auto fault = parse_list_line(text, 1, static_cast<int>(RafDbLabels::kClasses.size()), parsed))
      return faults.add(line, *fault + hint.of_form(text));
    const std::string name(parsed.name);
    const bool is_train = name.starts_with("train_");
    if ((!is_train && !name.starts_with("test_")) || name.find('/') != std::string::npos)
      return faults.add(line, fmt::format("expected train_NUMBER.jpg or test_NUMBER.jpg, found `{}`", name));
    if (const auto [first, is_new] = lines.emplace(name, line); !is_new)
      return faults.add(line, fmt::format("`{}` is already in line {}", name, first->second));
    auto image = raf_db_image(images, name);
    if (!image)
      return faults.add(line,
                        fmt::format("`{}` is not in {}, with or without _aligned", name, options.images.string()));
    (is_train ? train : test).lines.push_back({std::move(*image), parsed.label - 1});
  };
  if (for_each_list_line(options.labels, "RAF-DB partition list", add,
                         [&](std::size_t line) { faults.add(line, "blank line"); }) == 0)
    throw DataError(fmt::format("{}: the partition list is empty", options.labels.string()));
  faults.throw_if_any();
}

}  // namespace detail

/// Makes the lists of RAF-DB's basic expressions out of its owners' partition list, in that list's order. Throws
/// DataError with all faults of that list by file and line; nothing is written then.
inline PreparedDataset prepare_raf_db(const RafDbOptions& options) {
  return with_named_paths([&] {
    if (!std::filesystem::is_directory(options.images))
      throw DataError(fmt::format("{}: there is no such image folder", options.images.string()));
    PreparedDataset dataset{.labels = Labels::of<RafDbLabels>(),
                            .slug = "raf_db",
                            .folder = options.out / "RAF-DB",
                            .images = options.images,
                            .rule = "label of the partition list minus 1; split by the prefix of the name",
                            .splits = {{"train", "raf_db_basic_train.txt"}, {"test", "raf_db_basic_test.txt"}}};
    detail::read_raf_db_partition(options, dataset.splits[0], dataset.splits[1]);
    dataset.sources.push_back(SourceFile::of(options.labels));
    write_prepared(dataset, options.overwrite);
    return dataset;
  });
}

}  // namespace qcs
