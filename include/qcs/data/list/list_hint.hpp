// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/core/text/utf8.hpp>
#include <qcs/data/list/list_line.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace qcs {

/// Says what probably is the matter with a faulty line of a list: another order or number of fields, other signs
/// between them, and ways in which a name misses a file that is there. For one thread.
class ListHint {
 public:
  /// @param exists whether an image has this name below the root
  /// @param root empty where images are in no folder
  ListHint(std::filesystem::path root, std::function<bool(const std::string&)> exists)
      : root_(std::move(root)), is_image_(std::move(exists)) {}

  /// "; REASON" to be put behind the fault of a line that is no `name label`, or nothing.
  std::string of_form(std::string_view line) { return hint(line, false); }

  /// The same for a line whose name is that of no image below the root.
  std::string of_name(std::string_view line) { return hint(line, true); }

 private:
  /// Only for the first lines: the reasons take many questions to the file system.
  std::string hint(std::string_view line, bool is_missing) {
    if (count_++ >= kMost) return {};
    std::string reason = form_reason(line);
    if (reason.empty() && is_missing) reason = other_name(line.substr(0, line.rfind(' ')));
    return reason.empty() ? reason : "; " + reason;
  }

  std::string form_reason(std::string_view line) const {
    if (line.find('\0') != std::string_view::npos) return "there is a zero byte in it";
    const std::size_t space = line.rfind(' ');
    if (space == std::string_view::npos) return separator(line);
    if (line.front() == ' ') return "it starts with a space";
    if (line.back() == ' ') return "it ends with a space";
    if (line[space - 1] == ' ') return "there is more than one space before the label";
    const std::string_view name = line.substr(0, space), label = line.substr(space + 1);
    if (auto fields = exists(std::string(name)) ? std::string() : more_fields(name); !fields.empty()) return fields;
    if (!is_number(label)) return is_number(name.substr(0, name.find(' '))) ? "the label comes second" : header(label);
    if (!parse_whole_number(label) && label.find_first_not_of("0123456789+-") != std::string_view::npos)
      return "labels are whole numbers";
    return {};
  }

  bool exists(const std::string& name) const { return is_normal_name(name) && is_image_(name); }

  static std::string separator(std::string_view line) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSeparators{
        {{"\t", "a tab"}, {",", "a comma"}, {";", "a semicolon"}, {"\xC2\xA0", "a no-break space"}}};
    for (const auto& [sign, name] : kSeparators)
      if (line.find(sign) != std::string_view::npos) return fmt::format("{} stands where one space should", name);
    return "there is no label";
  }

  static std::string header(std::string_view label) {
    static constexpr std::array<std::string_view, 9> kTitles{"label",    "labels", "class",      "classes", "emotion",
                                                             "emotions", "target", "expression", "category"};
    return std::find(kTitles.begin(), kTitles.end(), lowered(label)) == kTitles.end() ? "" : "lists have no header";
  }

  /// A line of more than two fields has its image before a number that is not the last field.
  std::string more_fields(std::string_view name) const {
    std::size_t fields = 2;
    for (std::size_t at; (at = name.rfind(' ')) != std::string_view::npos && is_number(name.substr(at + 1)); ++fields) {
      name = name.substr(0, at);
      if (exists(std::string(name)) || name.find(' ') == std::string_view::npos)
        return fmt::format("the line has {} fields, `{}` and {} more", count_name(fields + 1), name,
                           count_name(fields));
    }
    return {};
  }

  static std::string count_name(std::size_t count) {
    static constexpr std::array<std::string_view, 6> kNames{"zero", "one", "two", "three", "four", "five"};
    return count < kNames.size() ? std::string(kNames[count]) : fmt::format("{}", count);
  }

  /// A name like `name` that an image has, and in what they differ.
  std::string other_name(std::string_view name) const {
    std::string base(name);
    std::string_view why;
    if (base.size() > 2 && (base.front() == '"' || base.front() == '\'') && base.back() == base.front()) {
      base = base.substr(1, base.size() - 2);
      why = "names stand without quotes";
    }
    if (base.find('\\') != std::string::npos) {
      std::replace(base.begin(), base.end(), '\\', '/');
      why = "folders are separated by `/`";
    }
    const bool has_extension = std::filesystem::path(base).has_extension();
    for (std::size_t start = 0;;) {
      for (const std::string& candidate : variants(base.substr(start)))
        if (candidate != name && exists(candidate)) {
          if (start > 0) why = "names are relative to the image folder";
          if (!has_extension) why = "the name has no extension";
          return fmt::format("{}{}`{}` exists", why, why.empty() ? "" : ": ", candidate);
        }
      const std::size_t slash = base.find('/', start);
      if (slash == std::string::npos) break;
      start = slash + 1;
    }
    if (auto found = in_folder(base); !found.empty()) return found;
    return is_utf8(name) ? "" : "the name is not UTF-8";
  }

  /// The name itself, with other extensions and in other cases, and as RAF-DB's aligned images are called.
  static std::vector<std::string> variants(const std::string& name) {
    static constexpr std::array<std::string_view, 7> kExtensions{".png", ".jpg",  ".jpeg", ".bmp",
                                                                 ".tif", ".webp", ".tiff"};
    const std::size_t slash = name.rfind('/'), dot = name.rfind('.');
    const bool has_extension = dot != std::string::npos && (slash == std::string::npos || dot > slash);
    const std::string stem = has_extension ? name.substr(0, dot) : name, own = name.substr(stem.size());
    std::vector<std::string> all{name, stem + "_aligned" + own, lowered(name), raised(name)};
    for (const std::string& s : {stem, lowered(stem), raised(stem)}) {
      all.push_back(s + lowered(own));
      all.push_back(s + raised(own));
      for (const std::string_view extension : kExtensions) {
        all.push_back(s + std::string(extension));
        all.push_back(s + raised(extension));
      }
    }
    return all;
  }

  /// The image folder may be one level too high.
  std::string in_folder(const std::string& name) const {
    if (root_.empty()) return {};
    std::error_code error;
    std::size_t tried = 0;
    for (auto entry = std::filesystem::directory_iterator(root_, error);
         !error && entry != std::filesystem::directory_iterator() && tried < kMost; entry.increment(error)) {
      if (!entry->is_directory(error)) continue;
      ++tried;
      const std::string candidate = entry->path().filename().string() + '/' + name;
      if (exists(candidate)) return fmt::format("`{}` exists", candidate);
    }
    return {};
  }

  static std::string lowered(std::string_view text) {
    return changed(text, [](int c) { return std::tolower(c); });
  }
  static std::string raised(std::string_view text) {
    return changed(text, [](int c) { return std::toupper(c); });
  }
  static std::string changed(std::string_view text, int (*change)(int)) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(change(static_cast<unsigned char>(c)));
    return result;
  }

  static constexpr std::size_t kMost = 100;

  std::filesystem::path root_;
  std::function<bool(const std::string&)> is_image_;
  std::size_t count_ = 0;
};

}  // namespace qcs
