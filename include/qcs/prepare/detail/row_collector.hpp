// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/data/list/list_line.hpp>
#include <qcs/prepare/dataset.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs::detail {

/// Turns the rows of tables into lines of lists: every image is a file below the image folder and comes once, in all
/// tables together.
class RowCollector {
 public:
  RowCollector(FolderListing& images, bool skip_missing) : images_(images), skip_missing_(skip_missing) {}

  /// Rows that are added from here on are those of `table`. Their faults go to `faults`, which outlives the last of
  /// them.
  void begin(const std::filesystem::path& table, FaultList& faults) {
    tables_.push_back(table.string());
    faults_ = &faults;
  }

  /// To be called after begin(). Whether the row became a line of `split`; else it was counted as dropped or is a
  /// fault.
  bool add(PreparedSplit& split, std::size_t line, std::string_view image, int label) {
    if (image.empty()) return fault(line, "no image name");
    auto name = normal_name(image);
    if (!name) return fault(line, fmt::format("`{}` leaves the image folder", image));
    const auto [earlier, is_new] = rows_.try_emplace(*name, Row{tables_.size() - 1, line, label, split.name});
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
    std::size_t table, line;
    int label;
    std::string split;
  };

  bool fault(std::size_t line, std::string_view text) {
    faults_->add(line, text);
    return false;
  }

  bool repeat(PreparedSplit& split, std::size_t line, int label, std::string_view image, const Row& earlier) {
    const auto where = [&] {
      return earlier.table + 1 == tables_.size() ? fmt::format("line {}", earlier.line)
                                                 : fmt::format("{}:{}", tables_[earlier.table], earlier.line);
    };
    if (earlier.split != split.name)
      return fault(line, fmt::format("`{}` is in the {} split, in {} in the {} split", image, split.name, where(),
                                     earlier.split));
    if (earlier.label != label)
      return fault(line, fmt::format("`{}` has label {}, in {} it has {}", image, label, where(), earlier.label));
    split.drop("repeats an earlier row");
    return false;
  }

  FolderListing& images_;
  bool skip_missing_;
  FaultList* faults_ = nullptr;  ///< of the last table
  std::vector<std::string> tables_;
  std::unordered_map<std::string, Row> rows_;
};

}  // namespace qcs::detail
