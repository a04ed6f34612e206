// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <qcs/core/text/text_lines.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// Everything that the tensors of a network's weights depend on.
struct Architecture {
  static constexpr std::string_view kBaseBranch = "the base branch of ";
  static constexpr std::string_view kPublishedTokens = "pyramid", kPublishedClassHead = "squeeze-excite";

  std::string topology = {};  ///< "QCS"
  std::string backbone = {};  ///< "ir50"
  std::string head = {};      ///< the head policy's name()
  std::int64_t classes = 0;
  std::int64_t width = 0;        ///< channels of a token
  std::int64_t heads = 0;        ///< attention heads
  std::int64_t base_depth = 0;   ///< blocks of the base transformer
  std::int64_t cross_depth = 0;  ///< blocks of the cross classifier
  bool base_branch_only = false;
  std::string tokens{kPublishedTokens};         ///< the token embedding's name
  std::string class_head{kPublishedClassHead};  ///< the class head's name

  bool operator==(const Architecture&) const = default;

  /// One line, as it stands in files: "QCS backbone=ir50 head=... classes=7 width=768 heads=8 depth=2+1", and "
  /// tokens=" and " class_head=" where they are not the published ones.
  std::string text() const {
    auto line = fmt::format("{}{} backbone={} head={} classes={} width={} heads={} depth={}+{}",
                            base_branch_only ? kBaseBranch : "", topology, backbone, head, classes, width, heads,
                            base_depth, cross_depth);
    if (tokens != kPublishedTokens) line += fmt::format("{}{}", kTokens, tokens);
    if (class_head != kPublishedClassHead) line += fmt::format("{}{}", kClassHead, class_head);
    return line;
  }

  /// What text() wrote; nothing for any other text.
  static std::optional<Architecture> parse(std::string_view text) {
    Architecture a;
    a.base_branch_only = text.starts_with(kBaseBranch);
    if (a.base_branch_only) text.remove_prefix(kBaseBranch.size());
    const auto take_end = [&](std::string_view mark, std::string& value) {
      const auto at = text.find(mark);
      if (at == std::string_view::npos) return;
      value = text.substr(at + mark.size());
      text = text.substr(0, at);
    };
    take_end(kClassHead, a.class_head);
    take_end(kTokens, a.tokens);
    const auto until = [&](std::string_view mark) -> std::optional<std::string_view> {
      const auto at = mark.empty() ? text.size() : text.find(mark);
      if (at == std::string_view::npos) return std::nullopt;
      const auto part = text.substr(0, at);
      text.remove_prefix(at + mark.size());
      return part;
    };
    bool good = true;
    const auto word = [&](std::string& value, std::string_view mark) {
      const auto part = until(mark);
      good = good && part;
      if (part) value = *part;
    };
    const auto number = [&](std::int64_t& value, std::string_view mark) {
      const auto part = until(mark);
      const auto parsed = part ? parse_number<std::int64_t>(*part) : std::nullopt;
      good = good && parsed;
      value = parsed.value_or(0);
    };
    word(a.topology, " backbone=");
    word(a.backbone, " head=");
    word(a.head, " classes=");
    number(a.classes, " width=");
    number(a.width, " heads=");
    number(a.heads, " depth=");
    number(a.base_depth, "+");
    number(a.cross_depth, "");
    return good ? std::optional(a) : std::nullopt;
  }

 private:
  static constexpr std::string_view kTokens = " tokens=", kClassHead = " class_head=";
};

}  // namespace qcs
