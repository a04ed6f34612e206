// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <qcs/data/detail/faults.hpp>
#include <qcs/data/detail/folder_listing.hpp>
#include <qcs/data/detail/list_line.hpp>
#include <qcs/prepare/prepared_dataset.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace qcs::detail {

/// Turns the rows of one table into lines of lists: every image is a file below the image folder and comes once.
class RowCollector {
 public:
  RowCollector(FolderListing& images, Faults& faults, bool skip_missing)
      : images_(images), faults_(faults), skip_missing_(skip_missing) {}

  /// Whether the row became a line of `split`; else it was counted as dropped or is a fault.
  bool add(PreparedSplit& split, std::size_t line, std::string_view image, int label) {
    if (image.empty()) return fault(line, "no image name");
    auto name = normal_name(image);
    if (!name) return fault(line, fmt::format("`{}` leaves the image folder", image));
    const auto [earlier, is_new] = rows_.try_emplace(*name, Row{line, label, split.name});
    if (!is_new) return repeat(split, line, label, image, earlier->second);
    if (!images_.file(*name).exists) {
      if (!skip_missing_) return fault(line, fmt::format("no image file `{}`", image));
      split.drop("no image file");
      return false;
    }
    split.lines.push_back({std::move(*name), label});
    return true;
  }

 private:
  struct Row {
    std::size_t line;
    int label;
    std::string split;
  };

  bool fault(std::size_t line, std::string_view text) {
    faults_.add(line, text);
    return false;
  }

  bool repeat(PreparedSplit& split, std::size_t line, int label, std::string_view image, const Row& earlier) {
    if (earlier.split != split.name)
      return fault(line, fmt::format("`{}` is in the {} split, in line {} in the {} split", image, split.name,
                                     earlier.line, earlier.split));
    if (earlier.label != label)
      return fault(line,
                   fmt::format("`{}` has label {}, in line {} it has {}", image, label, earlier.line, earlier.label));
    split.drop("repeats an earlier row");
    return false;
  }

  FolderListing& images_;
  Faults& faults_;
  bool skip_missing_;
  std::unordered_map<std::string, Row> rows_;
};

}  // namespace qcs::detail
