// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <opencv2/core.hpp>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/file/file_content.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/parallel_for.hpp>
#include <qcs/core/progress.hpp>
#include <qcs/data/list/image_list.hpp>
#include <qcs/data/list/list_hint.hpp>
#include <qcs/data/list/list_line.hpp>
#include <qcs/image/read.hpp>
#include <qcs/prepare/dataset.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace qcs {

/// What is wrong with a line of a list, or with the list as a whole.
struct ListFault {
  std::string file;
  std::size_t line = 0;  ///< from 1; 0: the whole list
  std::string what;

  /// "FILE:LINE: WHAT"
  std::string text() const {
    return line == 0 ? fmt::format("{}: {}", file, what) : fmt::format("{}:{}: {}", file, line, what);
  }
};

struct CheckOptions {
  std::filesystem::path train{};
  std::filesystem::path test{};    ///< empty: only the training list is checked
  std::filesystem::path images{};  ///< the folder that the lists' names are relative to
  Labels labels{};
  bool open = false;  ///< read every image as training would
  int threads = 1;    ///< for opening
  ProgressCallback progress{};
};

/// What one list holds, counting its good lines only.
struct ListContent {
  std::string file;
  std::size_t lines = 0;   ///< that are not blank
  std::size_t images = 0;  ///< files: a line that repeats another one adds none
  std::vector<std::size_t> per_class;
};

struct CheckReport {
  std::vector<ListFault> faults;  ///< by list and line; those of whole lists last
  std::vector<ListFault> notes;   ///< by list and line, what is unusual but no fault
  std::vector<ListContent> lists;
  std::map<std::pair<int, int>, std::size_t> sizes;  ///< images by width and height, if they were opened
};

namespace detail {

class ListCheck {
 public:
  explicit ListCheck(const CheckOptions& options)
      : options_(options),
        files_(options.images),
        hint_(options.images, [this](const std::string& name) { return files_.file(name).exists; }) {}

  CheckReport run() && {
    for (const auto* list : {&options_.train, &options_.test})
      if (!list->empty()) read(*list);
    for (std::size_t l = 0; l < report_.lists.size(); ++l) open(l);
    for (std::size_t l = 0; l < report_.lists.size(); ++l) {
      report_.faults.insert(report_.faults.end(), lines_[l].begin(), lines_[l].end());
      check_classes(l);
    }
    return std::move(report_);
  }

 private:
  struct Image {
    std::size_t line;
    std::string name;
    int label;
  };

  void read(const std::filesystem::path& list) {
    current_ = report_.lists.size();
    const auto classes = static_cast<int>(options_.labels.classes.size());
    report_.lists.push_back({list.string(), 0, 0, std::vector<std::size_t>(options_.labels.classes.size())});
    report_.lists.back().lines = for_each_list_line(
        list, "image list",
        [&](std::size_t line, std::string_view text) {
          ListLine parsed;
          if (auto fault = parse_list_line(text, 0, classes - 1, parsed))
            add_fault(line, *fault + hint_.of_form(text));
          else if (auto wrong_name = check_name(line, text, parsed))
            add_fault(line, std::move(*wrong_name));
        },
        [&](std::size_t line) { add_fault(line, "blank line"); });
    if (repeats_ > 0)
      report_.notes.push_back({list.string(), 0,
                               fmt::format("{} of {} lines repeat an earlier one", std::exchange(repeats_, 0),
                                           report_.lists.back().lines)});
  }

  /// Enters a line's image, or says what is wrong with its name.
  std::optional<std::string> check_name(std::size_t line, std::string_view text, const ListLine& parsed) {
    auto name = normal_name(parsed.name);
    if (!name) return fmt::format("`{}` leaves the image folder{}", parsed.name, hint_.of_name(text));
    FolderListing::File& file = files_.file(*name);
    std::uint32_t& first = file.line[current_];
    if (first != 0) {
      const auto repeats = current_ == 0 ? Repeats::kTake : Repeats::kRefuse;
      if (auto fault = repeat_fault(parsed, first, file.label[current_], repeats)) return fault;
      ++repeats_;
      return file.exists ? std::nullopt : std::optional(missing(text, parsed));
    }
    first = static_cast<std::uint32_t>(line);
    file.label[current_] = parsed.label;
    if (current_ == 1 && file.line[0] != 0)
      return fmt::format("`{}` is also in {}:{}", parsed.name, report_.lists[0].file, file.line[0]);
    if (!file.exists) return missing(text, parsed);
    count(report_.lists[current_], parsed.label, 1);
    if (options_.open) images_[current_].push_back({line, std::move(*name), parsed.label});
    return std::nullopt;
  }

  std::string missing(std::string_view text, const ListLine& parsed) {
    return fmt::format("no image file `{}`{}", (options_.images / parsed.name).string(), hint_.of_name(text));
  }

  static void count(ListContent& list, int label, int change) {
    list.images += static_cast<std::size_t>(change);
    list.per_class[static_cast<std::size_t>(label)] += static_cast<std::size_t>(change);
  }

  /// Reads the images of a list; a faulty one no longer counts.
  void open(std::size_t list) {
    const auto& images = images_[list];
    std::vector<std::string> failures(images.size());
    std::vector<std::pair<int, int>> sizes(images.size());
    std::vector<std::vector<std::string>> notes(images.size());
    parallel_for(
        images.size(), options_.threads,
        [&](std::size_t i) {
          try {
            const auto path = options_.images / images[i].name;
            const auto bytes = read_bytes(path);
            const cv::Mat rgb = decode_rgb(bytes, path.string(), &notes[i]);
            sizes[i] = {rgb.cols, rgb.rows};
            const auto named = format_of_name(images[i].name), is = image_format(as_text(bytes));
            if (!named.empty() && !is.empty() && named != is)
              notes[i].push_back(fmt::format("{}: {} by its name, {} by its content", path.string(), named, is));
          } catch (const DataError& error) {
            failures[i] = error.what();
          }
        },
        options_.progress);
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (failures[i].empty())
        ++report_.sizes[sizes[i]];
      else
        count(report_.lists[list], images[i].label, -1);
      for (auto& note : notes[i]) report_.notes.push_back({report_.lists[list].file, images[i].line, std::move(note)});
    }
    merge(lines_[list], report_.lists[list].file, images, failures);
  }

  /// Puts the failures among the faults that are there, by line.
  static void merge(std::vector<ListFault>& faults, const std::string& file, const std::vector<Image>& images,
                    std::vector<std::string>& failures) {
    for (std::size_t i = 0; i < images.size(); ++i)
      if (!failures[i].empty()) faults.push_back({file, images[i].line, std::move(failures[i])});
    std::stable_sort(faults.begin(), faults.end(),
                     [](const ListFault& a, const ListFault& b) { return a.line < b.line; });
  }

  /// Training draws pairs within a class; a test list only has to have images.
  void check_classes(std::size_t list) {
    const ListContent& content = report_.lists[list];
    const auto add = [&](std::string what) { report_.faults.push_back({content.file, 0, std::move(what)}); };
    if (content.lines == 0) return add("the image list is empty");
    for (std::size_t c = 0; list == 0 && c < content.per_class.size(); ++c)
      if (content.per_class[c] < 2)
        add(fmt::format("class {} ({}) has {}, training needs at least 2", c, options_.labels.classes[c],
                        content.per_class[c] == 0 ? "no image" : "1 image"));
  }

  void add_fault(std::size_t line, std::string what) {
    lines_[current_].push_back({report_.lists[current_].file, line, std::move(what)});
  }

  CheckOptions options_;
  FolderListing files_;
  ListHint hint_;
  std::size_t repeats_ = 0;  ///< in the list that is read
  CheckReport report_;
  std::array<std::vector<ListFault>, 2> lines_;
  std::array<std::vector<Image>, 2> images_;
  std::size_t current_ = 0;
};

}  // namespace detail

/// Checks a training list, and a test list if there is one, against an image folder: everything that read_image_list
/// refuses, an image that both lists have, classes too small to train on and, with `open`, images that cannot be read.
/// FaultList are reported, all of them. Lines of the training list that repeat another one, and with `open` what is
/// unusual about files whose pixels are whole, are notes. Throws DataError only if a list or the folder cannot be
/// opened, ConfigError without any class.
inline CheckReport check_lists(const CheckOptions& options) {
  if (options.labels.classes.empty()) throw ConfigError("an image list needs at least one class");
  std::error_code error;
  if (!std::filesystem::is_directory(options.images, error))
    throw DataError(fmt::format("{}: there is no such image folder", options.images.string()));
  return detail::ListCheck(options).run();
}

}  // namespace qcs
