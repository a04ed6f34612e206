// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <numeric>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/io/table/fields.hpp>
#include <qcs/io/table/row_reader.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qcs {

/// FERPlus (Barsoum et al., ICMI 2016): ten people's votes for each image of FER2013, as in its
/// fer2013new.csv. Eight emotions, then "unknown" and "not a face".
using FerplusVotes = std::array<int, 10>;

/// The emotions in the order of the votes, which is also the order of the labels.
inline constexpr auto& kFerplusEmotions = FerPlusLabels::kClasses;

enum class FerplusSplit { kTraining, kValidation, kTest };
inline constexpr std::array kFerplusSplits{FerplusSplit::kTraining, FerplusSplit::kValidation, FerplusSplit::kTest};

/// One row of the votes file.
struct FerplusRow {
  std::size_t line = 0;  ///< in the file, from 1
  FerplusSplit split = FerplusSplit::kTraining;
  std::string image;  ///< file name; empty for images that the data set's authors removed
  int repeat = 0;     ///< earlier rows with the same file name: four names are there twice
  FerplusVotes votes{};
};

/// How votes become a label.
enum class FerplusRule {
  kMajority,     ///< its authors': single votes are dropped as outliers, then the top class needs over half of the rest
  kArgmaxTen,    ///< what has most of all ten kinds of votes, the first one on a tie; dropped if that is no emotion
  kArgmaxEight,  ///< the emotion with most votes, the first one on a tie, whatever "unknown" and "not a face" got
};

/// A rule's name on a command line, and what it does.
struct FerplusRuleText {
  FerplusRule rule;
  std::string_view name, meaning;
};
inline constexpr std::array<FerplusRuleText, 3> kFerplusRules{
    {{FerplusRule::kMajority, "majority",
      "single votes dropped, then over half of the votes left; else the image is dropped"},
     {FerplusRule::kArgmaxTen, "argmax-ten",
      "most of all ten kinds of votes, the first on a tie; dropped if that is unknown or not a face"},
     {FerplusRule::kArgmaxEight, "argmax-eight",
      "most votes among the eight emotions, the first on a tie; dropped without a vote on any of them"}}};

/// Why a row has no label.
enum class FerplusDrop { kNoName, kNotAFace, kUnknown, kNoMajority, kNoVotes };
inline constexpr std::array<std::string_view, 5> kFerplusDropNames{"no image name", "not a face", "unknown",
                                                                   "no majority", "no votes"};

/// Either a label, 0..7, or the reason why there is none.
struct FerplusVerdict {
  std::optional<int> label;
  FerplusDrop reason = FerplusDrop::kNoVotes;
};

namespace detail {

/// A column of votes as a verdict: a label for an emotion.
inline FerplusVerdict ferplus_column(std::ptrdiff_t column) {
  if (column < 8) return {static_cast<int>(column)};
  return {{}, column == 8 ? FerplusDrop::kUnknown : FerplusDrop::kNotAFace};
}

inline FerplusVerdict ferplus_majority(FerplusVotes votes) {
  std::replace(votes.begin(), votes.end(), 1, 0);
  const auto top = std::max_element(votes.begin(), votes.end());
  if (2 * *top <= std::accumulate(votes.begin(), votes.end(), 0)) return {{}, FerplusDrop::kNoMajority};
  return ferplus_column(top - votes.begin());
}

/// The first of the columns with most votes among the first `columns`.
inline FerplusVerdict ferplus_argmax(const FerplusVotes& votes, std::ptrdiff_t columns) {
  const auto top = std::max_element(votes.begin(), votes.begin() + columns);
  if (*top == 0) return {{}, FerplusDrop::kNoVotes};
  return ferplus_column(top - votes.begin());
}

/// FER2013's own names of the splits.
inline std::optional<FerplusSplit> ferplus_split(std::string_view usage) {
  if (usage == "Training") return FerplusSplit::kTraining;
  if (usage == "PublicTest") return FerplusSplit::kValidation;
  if (usage == "PrivateTest") return FerplusSplit::kTest;
  return std::nullopt;
}

/// Reads one row, or says what is wrong with it.
inline std::optional<std::string> parse_ferplus_row(std::string_view line, FerplusRow& row) {
  const auto fields = split_fields(line);
  if (fields.size() != 12) return fmt::format("expected 12 fields, found {}", fields.size());
  const auto split = ferplus_split(fields[0]);
  if (!split) return fmt::format("`{}` is not Training, PublicTest or PrivateTest", fields[0]);
  row.split = *split;
  row.image = fields[1];
  if (row.image.find_first_of("/\\") != std::string::npos)
    return fmt::format("`{}` is not a plain file name", fields[1]);
  for (std::size_t i = 0; i < row.votes.size(); ++i) {
    const auto votes = parse_whole_number(fields[i + 2]);
    if (!votes || *votes < 0 || *votes > 1000) return fmt::format("`{}` is not a number of votes", fields[i + 2]);
    row.votes[i] = *votes;
  }
  return std::nullopt;
}

}  // namespace detail

/// The label that a rule gives to a row. A row without an image name never gets one.
inline FerplusVerdict ferplus_verdict(const FerplusRow& row, FerplusRule rule) {
  if (row.image.empty()) return {{}, FerplusDrop::kNoName};
  switch (rule) {
    case FerplusRule::kMajority:
      return detail::ferplus_majority(row.votes);
    case FerplusRule::kArgmaxTen:
      return detail::ferplus_argmax(row.votes, 10);
    default:
      return detail::ferplus_argmax(row.votes, 8);
  }
}

/// The eight emotions' votes of a labelled row as the rule counts them, as shares of their sum: without single votes
/// under the majority rule. "unknown" and "not a face" never count.
inline std::array<double, 8> ferplus_shares(const FerplusRow& row, FerplusRule rule) {
  std::array<double, 8> shares{};
  for (std::size_t i = 0; i < shares.size(); ++i)
    shares[i] = rule == FerplusRule::kMajority && row.votes[i] == 1 ? 0 : row.votes[i];
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.);
  for (double& share : shares) share /= sum;
  return shares;
}

/// The file name that a row's image gets: its own, or "name-2.png" for the second row of a name and so on.
inline std::string ferplus_image_name(const FerplusRow& row) {
  if (row.repeat == 0) return row.image;
  const std::filesystem::path name(row.image);
  return fmt::format("{}-{}{}", name.stem().string(), row.repeat + 1, name.extension().string());
}

/// Reads fer2013new.csv; blank lines may end it. Throws DataError with all malformed rows by file and line.
inline std::vector<FerplusRow> read_ferplus_votes(const std::filesystem::path& file) {
  static constexpr std::string_view kHeader =
      "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF";
  RowReader reader(file, "FERPlus votes file");
  FaultList faults(file.string());
  std::string line;
  if (!reader.next(line) || line != kHeader)
    throw DataError(fmt::format("{}:1: expected the header `{}`, found `{}`", file.string(), kHeader, line));
  std::vector<FerplusRow> rows;
  std::unordered_map<std::string, int> repeats;
  while (reader.next(line)) {
    FerplusRow row;
    row.line = reader.number();
    if (const auto fault = detail::parse_ferplus_row(line, row)) faults.add(row.line, *fault);
    if (!row.image.empty()) row.repeat = repeats[row.image]++;
    rows.push_back(std::move(row));
  }
  if (rows.empty()) faults.add(1, "there are no rows below the header");
  faults.throw_if_any();
  return rows;
}

}  // namespace qcs
