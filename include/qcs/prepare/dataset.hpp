// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <qcs/core/file/sha256.hpp>
#include <qcs/core/label_space.hpp>
#include <string>
#include <vector>

namespace qcs {

/// One line of a list to be: an image's name below the image folder, and its label from 0.
struct NamedLabel {
  std::string name;
  int label = 0;
};

/// How many rows of a source were left out for one reason.
struct Dropped {
  std::string reason;
  std::size_t count = 0;
};

/// A file that stands beside a list and tells more of its images.
struct PreparedTable {
  std::string file;  ///< its name
  std::string text;
};

/// One split of a prepared data set.
struct PreparedSplit {
  std::string name;  ///< "train"
  std::string list;  ///< name of its list file
  std::vector<NamedLabel> lines{};
  std::vector<Dropped> dropped{};
  std::string skipped{};                ///< why its list is not written; empty if it is
  std::vector<PreparedTable> tables{};  ///< written where its list is

  void drop(const std::string& reason, std::size_t count = 1) {
    const auto found =
        std::find_if(dropped.begin(), dropped.end(), [&](const Dropped& d) { return d.reason == reason; });
    if (found != dropped.end())
      found->count += count;
    else
      dropped.push_back({reason, count});
  }

  std::size_t dropped_for(const std::string& reason) const {
    for (const Dropped& d : dropped)
      if (d.reason == reason) return d.count;
    return 0;
  }

  std::size_t dropped_total() const {
    std::size_t total = 0;
    for (const Dropped& d : dropped) total += d.count;
    return total;
  }

  /// Images of each class.
  std::vector<std::size_t> counts(std::size_t classes) const {
    std::vector<std::size_t> counts(classes);
    for (const NamedLabel& line : lines) ++counts.at(static_cast<std::size_t>(line.label));
    return counts;
  }
};

/// A file that a data set was made from.
struct SourceFile {
  std::filesystem::path path;
  std::uintmax_t bytes = 0;
  std::string sha256;

  /// Throws DataError if the file cannot be read.
  static SourceFile of(const std::filesystem::path& path) {
    const std::string sum = sha256_of_file(path);
    return {path, std::filesystem::file_size(path), sum};
  }
};

/// A folder that a data set was made from, and the image files found in it. Those are too many to hash.
struct SourceFolder {
  std::filesystem::path path;
  std::size_t images = 0;
  std::uintmax_t bytes = 0;  ///< of all of them together
};

/// What preparing a data set yields: its lists, and all that tells how they came about.
struct PreparedDataset {
  Labels labels;
  std::string slug;              ///< in file names: "raf_db"
  std::filesystem::path folder;  ///< where its lists go
  std::filesystem::path images;  ///< the image folder that the names are relative to
  std::string rule;              ///< how an image gets its label or is left out, in words
  std::vector<PreparedSplit> splits{};
  std::vector<SourceFile> sources{};
  std::vector<SourceFolder> source_folders{};  ///< only where folders, not files, say what label an image has
  std::vector<std::string> notes{};            ///< what a user should know besides
  std::string classes_file = "classes.txt";    ///< data sets that share a folder give it different names
};

}  // namespace qcs
