// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/core/text/utf8.hpp>
#include <qcs/core/version.hpp>
#include <qcs/prepare/dataset.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// Whether a list can name this image so that reading the list gives the same name. Names need not be UTF-8.
inline bool is_listable(std::string_view name) {
  return !name.empty() && name.front() != ' ' && name.back() != ' ' && !name.starts_with("\xEF\xBB\xBF") &&
         name.find_first_of(std::string_view("\n\r\0", 3)) == std::string_view::npos;
}

/// The text of a split's list. Throws DataError with every name that a list cannot hold.
inline std::string list_text(const PreparedSplit& split) {
  std::string text, faults;
  for (const NamedLabel& line : split.lines) {
    if (!is_listable(line.name)) faults += fmt::format("\n`{}`", line.name);
    fmt::format_to(std::back_inserter(text), "{} {}\n", line.name, line.label);
  }
  if (!faults.empty())
    throw DataError(
        fmt::format("{}: a list cannot hold names with line ends or with a space at an end:{}", split.list, faults));
  return text;
}

/// Throws DataError with every class name that a file of them cannot hold, or that no JSON can.
inline void require_class_names(const PreparedDataset& dataset) {
  std::string faults;
  for (const std::string& name : dataset.labels.classes) {
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    if (!is_listable(name) || !is_utf8(name) || std::any_of(name.begin(), name.end(), is_control))
      faults += fmt::format("\n`{}`", name);
  }
  if (!faults.empty())
    throw DataError(fmt::format("{}: class names are UTF-8, without control characters and spaces at their ends:{}",
                                (dataset.folder / dataset.classes_file).string(), faults));
}

/// A path as JSON holds it: bytes that are no UTF-8 as \xNN.
inline std::string json_text(const std::filesystem::path& path) {
  std::string text = path.string();
  if (is_utf8(text)) return text;
  std::string escaped;
  for (const char c : text)
    escaped += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c)
                                                    : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return escaped;
}

/// The files whose content decides what a label and a line mean: lists, tables beside them and class names.
inline std::vector<std::pair<std::filesystem::path, std::string>> prepared_files(const PreparedDataset& dataset) {
  std::vector<std::pair<std::filesystem::path, std::string>> files;
  std::string classes;
  for (const std::string& name : dataset.labels.classes) classes += name + '\n';
  files.emplace_back(dataset.folder / dataset.classes_file, std::move(classes));
  for (const PreparedSplit& split : dataset.splits) {
    if (!split.skipped.empty()) continue;
    files.emplace_back(dataset.folder / split.list, list_text(split));
    for (const PreparedTable& table : split.tables) files.emplace_back(dataset.folder / table.file, table.text);
  }
  return files;
}

inline bool differs(const std::filesystem::path& file, std::string_view content) {
  if (!std::filesystem::exists(file)) return false;
  std::ifstream stream(file, std::ios::binary);
  return !stream || std::string(std::istreambuf_iterator<char>(stream), {}) != content;
}

}  // namespace detail

/// Counts, rule, sources and version of a prepared data set. Its `sources` are files, {"file", "bytes", "sha256"}, and
/// where folders gave the labels the root of them, {"folder", "images", "bytes"}: the number of image files found below
/// it, kept or dropped, and their size in all. Images are not hashed.
inline nlohmann::ordered_json describe_prepared(const PreparedDataset& dataset) {
  nlohmann::ordered_json json{{"dataset", dataset.labels.name},
                              {"qcs_version", kVersion},
                              {"rule", dataset.rule},
                              {"classes", dataset.labels.classes},
                              {"images", detail::json_text(dataset.images)},
                              {"splits", nlohmann::ordered_json::object()}};
  for (const PreparedSplit& split : dataset.splits) {
    auto& entry = json["splits"][split.name];
    if (split.skipped.empty())
      entry = {{"list", split.list}, {"list_sha256", sha256(detail::list_text(split))}};
    else
      entry["skipped"] = split.skipped;
    entry["kept"] = split.lines.size();
    const auto counts = split.counts(dataset.labels.classes.size());
    for (std::size_t c = 0; c < counts.size(); ++c) entry["per_class"][dataset.labels.classes[c]] = counts[c];
    entry["dropped"] = nlohmann::ordered_json::object();
    for (const Dropped& dropped : split.dropped) entry["dropped"][dropped.reason] = dropped.count;
  }
  json["sources"] = nlohmann::ordered_json::array();
  for (const SourceFile& source : dataset.sources)
    json["sources"].push_back(
        {{"file", detail::json_text(source.path)}, {"bytes", source.bytes}, {"sha256", source.sha256}});
  for (const SourceFolder& source : dataset.source_folders)
    json["sources"].push_back(
        {{"folder", detail::json_text(source.path)}, {"images", source.images}, {"bytes", source.bytes}});
  return json;
}

/// Throws DataError naming every list, table and class file that is there with other content than the data set would
/// give it, unless `overwrite` is set. To be asked before images are written.
inline void require_replaceable(const PreparedDataset& dataset, bool overwrite) {
  detail::require_class_names(dataset);
  if (overwrite) return;
  std::string existing;
  for (const auto& [file, content] : detail::prepared_files(dataset))
    if (detail::differs(file, content)) existing += fmt::format("{}{}", existing.empty() ? "" : ", ", file.string());
  if (!existing.empty())
    throw DataError(fmt::format("{}: already there with other content; --overwrite replaces it", existing));
}

/// Writes a data set's lists, tables, class names and SLUG.json into its folder, each file in one step, the description
/// last. Throws DataError as require_replaceable does, Error naming a file or folder that cannot be written.
inline void write_prepared(const PreparedDataset& dataset, bool overwrite) {
  with_named_paths([&] {
    require_replaceable(dataset, overwrite);
    std::filesystem::create_directories(dataset.folder);
  });
  for (const auto& [file, content] : detail::prepared_files(dataset))
    write_atomically(file, [&](std::ostream& out) { out << content; });
  write_atomically(dataset.folder / (dataset.slug + ".json"), [&](std::ostream& out) {
    out << describe_prepared(dataset).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  });
}

}  // namespace qcs
