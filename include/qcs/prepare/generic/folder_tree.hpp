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
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/prepare/dataset.hpp>
#include <qcs/prepare/detail/image_files.hpp>
#include <qcs/prepare/write.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

struct FolderTreeOptions {
  std::filesystem::path
      images{};  ///< ROOT of ROOT/train/CLASS/*.png (with valid and test beside train) or ROOT/CLASS/*.png
  std::string name = "folders";        ///< of the data set; its lists go to OUT/NAME
  std::vector<std::string> classes{};  ///< the folders in the order of their labels; empty: sorted
  std::filesystem::path out = "datas";
  bool overwrite = false;
};

namespace detail {

/// The split that a folder's name stands for: "train", "valid" or "test", by itself or with _class or _set behind it.
inline std::optional<std::string> split_of_folder(std::string_view folder) {
  std::string name = lower(folder);
  for (const std::string_view tail : {"_class", "_set"})
    if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  if (name == "train" || name == "training") return "train";
  if (name == "val" || name == "valid" || name == "validation") return "valid";
  if (name == "test" || name == "testing") return "test";
  return std::nullopt;
}

/// The folders of the splits below a root, by split; empty if it has none. Throws DataError if two stand for one split.
inline std::map<std::string, std::string> split_folders(const std::filesystem::path& root) {
  if (!std::filesystem::is_directory(root))
    throw DataError(fmt::format("{}: there is no such image folder", root.string()));
  std::map<std::string, std::string> splits;
  for (const std::string& folder : folders_in(root))
    if (const auto split = split_of_folder(folder))
      if (const auto [other, is_new] = splits.emplace(*split, folder); !is_new)
        throw DataError(fmt::format("{}: both `{}` and `{}` are there for the {} split", root.string(),
                                    std::min(folder, other->second), std::max(folder, other->second), *split));
  return splits;
}

/// Sorts names as numbers if all of them are numbers.
inline void sort_classes(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  if (std::all_of(names.begin(), names.end(), [](auto& name) { return parse_number<int>(name).has_value(); }))
    std::stable_sort(names.begin(), names.end(),
                     [](auto& a, auto& b) { return *parse_number<int>(a) < *parse_number<int>(b); });
}

/// Throws DataError unless `given` names every found class once and no other.
inline void require_same_classes(const std::vector<std::string>& given, const std::vector<std::string>& found,
                                 const std::string& where) {
  auto a = given, b = found;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  if (a != b)
    throw DataError(
        fmt::format("{}: expected the classes {}, found {}", where, fmt::join(given, ", "), fmt::join(found, ", ")));
}

}  // namespace detail

/// Finds the images of a tree with a folder for each class, names relative to its root and sorted; the training split
/// comes first. Writes nothing. Throws DataError if there is no class folder, if a class has no image in the training
/// split or is unknown to it, or if the classes given are others.
inline PreparedDataset find_folder_tree(const FolderTreeOptions& options) {
  return with_named_paths([&] {
    auto folders = detail::split_folders(options.images);
    const bool split_level = !folders.empty();
    if (!split_level) folders.emplace("train", "");
    if (!folders.contains("train"))
      throw DataError(
          fmt::format("{}: there is no folder `train` beside `{}`", options.images.string(), folders.begin()->second));
    const auto below = [&](const std::string& folder) {
      return folder.empty() ? options.images : options.images / folder;
    };
    const auto classes_of = [&](const std::string& folder) {
      auto names = detail::folders_in(below(folder));
      detail::sort_classes(names);
      return names;
    };
    auto classes = classes_of(folders["train"]);
    if (classes.empty())
      throw DataError(fmt::format("{}: there is no class folder here", below(folders["train"]).string()));
    if (!options.classes.empty()) {
      detail::require_same_classes(options.classes, classes, below(folders["train"]).string());
      classes = options.classes;
    }
    PreparedDataset dataset{.labels = {.name = options.name, .classes = classes},
                            .slug = options.name,
                            .folder = options.out / options.name,
                            .images = options.images,
                            .rule = fmt::format("class by folder, labels in the order {}", fmt::join(classes, ", "))};
    std::string faults;
    SourceFolder& root = dataset.source_folders.emplace_back(SourceFolder{.path = options.images});
    for (const std::string split_name : {"train", "valid", "test"}) {
      if (!folders.contains(split_name)) continue;
      const std::string& folder = folders[split_name];
      auto& split = dataset.splits.emplace_back(
          PreparedSplit{.name = split_name, .list = fmt::format("{}_{}.txt", options.name, split_name)});
      for (const std::string& name : classes_of(folder)) {
        const auto found = std::find(classes.begin(), classes.end(), name);
        const std::string relative = split_level ? folder + '/' + name : name;
        if (found == classes.end()) {
          faults += fmt::format("\n{}: no such class in the training split", below(relative).string());
          continue;
        }
        const auto images = detail::images_in(root, relative, split);
        if (images.empty() && split_name == "train")
          faults += fmt::format("\n{}: no image in this folder", below(relative).string());
        for (const std::string& image : images)
          split.lines.push_back({image, static_cast<int>(found - classes.begin())});
      }
    }
    if (!faults.empty()) throw DataError(fmt::format("{}: faulty class folders{}", options.images.string(), faults));
    return dataset;
  });
}

/// The same, and writes its lists. Throws also as write_prepared() does.
inline PreparedDataset prepare_folder_tree(const FolderTreeOptions& options) {
  return with_named_paths([&] {
    auto dataset = find_folder_tree(options);
    write_prepared(dataset, options.overwrite);
    return dataset;
  });
}

}  // namespace qcs
