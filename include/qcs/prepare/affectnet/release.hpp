// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/prepare/affectnet/annotations.hpp>
#include <qcs/prepare/affectnet/npy_integer.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/detail/image_files.hpp>
#include <qcs/prepare/generic/folder_tree.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::detail {

/// The number at the end of a folder's name: 3 for "class003" and for "3".
inline std::optional<int> trailing_number(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  return parse_number<int>(name.substr(last == std::string_view::npos ? 0 : last + 1));
}

/// The folders of classes by their number, counted from 0. Throws DataError with every folder that has no number or one
/// that another has, or if they do not count from 0 or 1; `base` says which, else the lowest number does.
inline std::map<int, std::string> numbered_folders(const std::filesystem::path& folder, std::optional<int>& base) {
  std::map<int, std::string> numbered;
  std::string faults;
  auto names = folders_in(folder);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const auto number = trailing_number(name);
    if (!number)
      faults += fmt::format("\n`{}` does not end in a number", name);
    else if (const auto [other, is_new] = numbered.emplace(*number, name); !is_new)
      faults += fmt::format("\n`{}` and `{}` have the same number", other->second, name);
  }
  if (numbered.empty() && faults.empty()) faults = "\nthere is no class folder here";
  if (faults.empty()) {
    if (!base) base = numbered.begin()->first;
    if (*base != 0 && *base != 1) faults += fmt::format("\nthe lowest number is {}, expected 0 or 1", *base);
    for (const auto& [number, name] : numbered)
      if (!is_affectnet_id(number - *base))
        faults += fmt::format("\n`{}` is not within {}..{}", name, *base, *base + 10);
  }
  if (!faults.empty())
    throw DataError(fmt::format("{}: expected folders numbered by class{}", folder.string(), faults));
  std::map<int, std::string> classes;
  for (auto& [number, name] : numbered) classes.emplace(number - *base, std::move(name));
  return classes;
}

/// Reads FOLDER/class001/... or FOLDER/0/... into a split.
inline void read_numbered_split(SourceFolder& root, const std::string& folder, int classes, std::optional<int>& base,
                                PreparedSplit& split) {
  for (const auto& [id, name] : numbered_folders(root.path / folder, base))
    for (std::string& image : images_in(root, folder + '/' + name, split))
      if (keep_affectnet(split, id, classes)) split.lines.push_back({std::move(image), id});
}

/// Reads FOLDER/images/ID.jpg with FOLDER/annotations/ID_exp.npy into a split, by ID. Throws DataError with every image
/// whose annotation is missing or faulty.
inline void read_annotated_split(SourceFolder& root, const std::string& folder, int classes, PreparedSplit& split) {
  const auto annotations = root.path / folder / "annotations";
  std::string faults;
  auto images = images_in(root, folder + "/images", split);
  // Shorter numbers are smaller.
  std::stable_sort(images.begin(), images.end(), [](auto& a, auto& b) { return a.size() < b.size(); });
  for (std::string& image : images) {
    try {
      const auto stem = std::filesystem::path(image).stem().string();
      const auto id = read_npy_integer(annotations / (stem + "_exp.npy"));
      if (!is_affectnet_id(id)) throw DataError(fmt::format("{}_exp.npy: expression {} is not within 0..10", stem, id));
      if (keep_affectnet(split, id, classes)) split.lines.push_back({std::move(image), static_cast<int>(id)});
    } catch (const DataError& error) {
      faults += fmt::format("\n{}", error.what());
    }
  }
  if (!faults.empty()) throw DataError(fmt::format("{}: faulty annotations{}", annotations.string(), faults));
}

/// Reads whichever release lies below `root` into the two splits of a data set, and enters its rule and source. Throws
/// DataError.
inline void read_affectnet_release(const std::filesystem::path& root, int classes, std::optional<int> base,
                                   PreparedDataset& dataset) {
  auto folders = split_folders(root);
  if (!folders.contains("valid") && folders.contains("test")) folders.emplace("valid", folders["test"]);
  if (!folders.contains("train") && !folders.contains("valid"))
    throw DataError(fmt::format("{}: expected train_class, train or train_set, or the same with val; found {}",
                                root.string(), fmt::join(folders_in(root), ", ")));
  SourceFolder& source = dataset.source_folders.emplace_back(SourceFolder{.path = root});
  for (const auto& [split, name] : {std::pair{&dataset.splits.at(0), "train"}, {&dataset.splits.at(1), "valid"}}) {
    const auto folder = folders.find(name);
    if (folder == folders.end()) {
      split->skipped = fmt::format("there is no folder for it in {}", root.string());
    } else if (std::filesystem::is_directory(root / folder->second / "annotations")) {
      read_annotated_split(source, folder->second, classes, *split);
      dataset.rule = "expression of the annotation";
    } else {
      read_numbered_split(source, folder->second, classes, base, *split);
      dataset.rule = fmt::format("expression by the number of the folder, counted from {}", *base);
    }
  }
}

}  // namespace qcs::detail
