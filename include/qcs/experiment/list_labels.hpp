// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/data/list/class_names.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace qcs {

/// What the labels in lists mean.
struct ListLabels {
  Labels labels;
  std::vector<std::string> notes = {};  ///< what people should know of it
};

/// The file of class names of each list that has one, in the order of the lists.
inline std::vector<std::filesystem::path> class_name_files(const std::vector<std::filesystem::path>& lists) {
  std::vector<std::filesystem::path> files;
  for (const auto& list : lists)
    if (auto file = find_class_names(list); file && std::ranges::find(files, *file) == files.end())
      files.push_back(std::move(*file));
  return files;
}

namespace detail {

/// A label space as a file of class names says it, called after its data set: NAME_classes.txt, or the folder of
/// classes.txt.
inline Labels read_labels(const std::filesystem::path& file) {
  constexpr std::string_view kEnd = "_classes";
  std::string name = file.stem().string();
  if (name.ends_with(kEnd)) name.resize(name.size() - kEnd.size());
  std::error_code error;
  if (name == "classes") name = std::filesystem::absolute(file, error).parent_path().filename().string();
  return {.name = name, .classes = read_class_names(file)};
}

/// What is to be said where a file's classes are not those that a program knows.
inline std::string differing_classes(const std::filesystem::path& file, const Labels& labels, const Labels& own) {
  const auto sorted = [](std::vector<std::string> names) {
    for (auto& name : names)
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::ranges::sort(names);
    return names;
  };
  return fmt::format("class names are those of {}: {}; {} has {}: {}", file.string(), fmt::join(labels.classes, ", "),
                     own.name, sorted(labels.classes) == sorted(own.classes) ? "them in another order" : "others",
                     fmt::join(own.classes, ", "));
}

}  // namespace detail

/// The classes of `lists`: those in the file `given`; without one, those in the files beside the lists (see
/// find_class_names), which must agree; else those of the program, `own`. Names that only count ("class 0", "class 1",
/// ...) say nothing, so `own` stays. Throws DataError naming two files that contradict each other or a faulty one,
/// ConfigError if a file has not as many classes as `own`.
inline ListLabels labels_of_lists(const std::vector<std::filesystem::path>& lists, const std::filesystem::path& given,
                                  const Labels& own) {
  const auto numbered = Labels::numbered(static_cast<std::int64_t>(own.classes.size()));
  const auto files = given.empty() ? class_name_files(lists) : std::vector{given};
  std::optional<std::pair<std::filesystem::path, Labels>> found;
  for (const auto& file : files) {
    auto labels = detail::read_labels(file);
    if (labels.classes.size() != own.classes.size())
      throw ConfigError(fmt::format("{} names {} classes, {}; expected {}, the number of classes here (--num-classes)",
                                    file.string(), labels.classes.size(), fmt::join(labels.classes, ", "),
                                    own.classes.size()));
    if (labels.classes == numbered.classes) continue;
    if (!found)
      found.emplace(file, std::move(labels));
    else if (!same_classes(labels.classes, found->second.classes))
      throw DataError(fmt::format("{} and {} contradict each other: {}, and {}; --classes FILE names the right one",
                                  found->first.string(), file.string(), fmt::join(found->second.classes, ", "),
                                  fmt::join(labels.classes, ", ")));
  }
  if (!found) return {.labels = own};
  auto& [file, labels] = *found;
  if (same_classes(labels.classes, own.classes)) {
    labels.name = own.name;
    return {.labels = std::move(labels)};
  }
  ListLabels result{.labels = std::move(labels)};
  if (own.classes != numbered.classes) result.notes.push_back(detail::differing_classes(file, result.labels, own));
  return result;
}

}  // namespace qcs
