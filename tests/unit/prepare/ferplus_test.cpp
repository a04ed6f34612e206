// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <ostream>
#include <qcs/data/list/image_list.hpp>
#include <qcs/data/list/soft_labels.hpp>
#include <qcs/image/read.hpp>
#include <qcs/prepare/ferplus/ferplus.hpp>

#include "prepare_support.hpp"

namespace {

using qcs::FerplusDrop;
using qcs::FerplusRule;
using support::message_of;
using support::TemporaryFolder;

constexpr const char* kHeader =
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";

/// Votes, and what each rule makes of them: a label, or minus one minus the reason.
struct Case {
  qcs::FerplusVotes votes;
  int majority, argmax_ten, argmax_eight;
};

constexpr int because(FerplusDrop reason) { return -1 - static_cast<int>(reason); }
constexpr int kNoMajority = because(FerplusDrop::kNoMajority), kUnknown = because(FerplusDrop::kUnknown),
              kNotAFace = because(FerplusDrop::kNotAFace), kNoVotes = because(FerplusDrop::kNoVotes);

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << fmt::format("{}", fmt::join(c.votes, ",")); }

const Case kCases[]{
    {{10, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0, 0, 0},
    {{0, 0, 0, 0, 0, 0, 0, 10, 0, 0}, 7, 7, 7},
    {{6, 0, 1, 1, 0, 0, 0, 0, 2, 0}, 0, 0, 0},            // 6 of 8 once single votes are gone
    {{4, 0, 0, 1, 3, 2, 0, 0, 0, 0}, kNoMajority, 0, 0},  // 4 of 9
    {{4, 0, 4, 1, 1, 0, 0, 0, 0, 0}, kNoMajority, 0, 0},  // a tie
    {{0, 5, 5, 0, 0, 0, 0, 0, 0, 0}, kNoMajority, 1, 1},  // a tie without outliers
    {{0, 0, 4, 2, 2, 1, 1, 0, 0, 0}, kNoMajority, 2, 2},  // exactly half is not a majority
    {{1, 1, 1, 3, 1, 1, 1, 1, 0, 0}, 3, 3, 3},            // 3 of 3
    {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, kNoMajority, 0, 0},  // nothing but single votes
    {{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, kNoMajority, 0, 0},
    {{0, 1, 0, 0, 0, 0, 0, 0, 9, 0}, kUnknown, kUnknown, 1},
    {{0, 0, 2, 0, 0, 0, 0, 0, 8, 0}, kUnknown, kUnknown, 2},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 10}, kNotAFace, kNotAFace, kNoVotes},
    {{0, 0, 0, 0, 0, 0, 0, 0, 5, 5}, kNoMajority, kUnknown, kNoVotes},
    {{3, 0, 0, 0, 0, 0, 0, 0, 3, 4}, kNoMajority, kNotAFace, 0},
    {{0, 0, 0, 4, 0, 0, 0, 0, 4, 2}, kNoMajority, 3, 3},  // an emotion comes first on a tie with unknown
    {{4, 0, 0, 0, 0, 0, 0, 0, 3, 0}, 0, 0, 0},            // unknown counts among the rest
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, kNoMajority, kNoVotes, kNoVotes},
};

int outcome(const qcs::FerplusRow& row, FerplusRule rule) {
  const auto verdict = qcs::ferplus_verdict(row, rule);
  return verdict.label ? *verdict.label : because(verdict.reason);
}

BOOST_AUTO_TEST_SUITE(ferplus)

BOOST_DATA_TEST_CASE(votes_become_a_label_or_a_reason, boost::unit_test::data::make(kCases), sample) {
  qcs::FerplusRow row;
  row.image = "fer0000001.png";
  row.votes = sample.votes;
  BOOST_TEST(outcome(row, FerplusRule::kMajority) == sample.majority);
  BOOST_TEST(outcome(row, FerplusRule::kArgmaxTen) == sample.argmax_ten);
  BOOST_TEST(outcome(row, FerplusRule::kArgmaxEight) == sample.argmax_eight);
  row.image.clear();
  for (const auto& rule : qcs::kFerplusRules) BOOST_TEST(outcome(row, rule.rule) == because(FerplusDrop::kNoName));
}

BOOST_FIXTURE_TEST_CASE(malformed_rows_are_all_reported, TemporaryFolder) {
  const auto file = write("votes.csv", std::string(kHeader) +
                                           "Training,a.png,1,2,3,4,5,6,7,8,9,0\r\n"
                                           "Test,b.png,0,0,0,0,0,0,0,0,0,0\n"
                                           "Training,c.png,0,0,0\n"
                                           "\n"
                                           "Training,../d.png,0,0,0,0,0,0,0,0,0,0\n"
                                           "PublicTest,e.png,0,0,0,0,-1,0,0,0,0,0\n"
                                           "PrivateTest,f.png,0,0,0,0,x,0,0,0,0,0\n"
                                           "PrivateTest,,0,0,0,0,0,0,0,0,0,10\n")
                        .string();
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::read_ferplus_votes(file); }) ==
             fmt::format("{0}: 6 faults\n"
                         "{0}:3: `Test` is not Training, PublicTest or PrivateTest\n"
                         "{0}:4: expected 12 fields, found 5\n"
                         "{0}:5: expected 12 fields, found 1\n"
                         "{0}:6: `../d.png` is not a plain file name\n"
                         "{0}:7: `-1` is not a number of votes\n"
                         "{0}:8: `x` is not a number of votes",
                         file));
  BOOST_CHECK_THROW(qcs::read_ferplus_votes(write("v.csv", "a,b\n")), qcs::DataError);
  BOOST_CHECK_THROW(qcs::read_ferplus_votes(write("v.csv", kHeader)), qcs::DataError);
  BOOST_CHECK_THROW(qcs::read_ferplus_votes(*this / "none.csv"), qcs::DataError);
}

/// Seven rows: two splits, one repeated name, one nameless row, one without majority.
struct Source : TemporaryFolder {
  static constexpr const char* kRows =
      "Training,a.png,9,0,0,0,0,0,1,0,0,0\n"
      "Training,b.png,0,0,0,0,5,5,0,0,0,0\n"
      "Training,,0,0,0,0,0,0,0,0,0,10\n"
      "Training,a.png,0,10,0,0,0,0,0,0,0,0\n"
      "PublicTest,c.png,0,0,0,8,0,0,0,0,2,0\n"
      "PrivateTest,d.png,0,0,10,0,0,0,0,0,0,0\n"
      "PrivateTest,e.png,0,0,0,0,0,0,0,0,9,1\n";
  qcs::FerplusOptions options;

  Source() {
    options.votes = write("votes.csv", std::string(kHeader) + kRows);
    options.out = *this / "out";
  }

  std::string text(const char* name) const { return support::content_of(*this / (std::string("out/FERPlus/") + name)); }

  void add_image(const char* name, int number) { support::write_picture(*this, name, number, 48, 48); }

  void use_folders() {
    options.images = *this / "images";
    add_image("images/FER2013Train/a.png", 1);
    add_image("images/FER2013Valid/c.png", 3);
  }

  /// Row i has all its pixels at 10 + i. Kaggle's column order is emotion, pixels, Usage.
  std::string pixel_row(int i, const char* usage) const {
    std::string pixels = std::to_string(10 + i);
    for (int k = 1; k < 48 * 48; ++k) pixels += ' ' + std::to_string(10 + i);
    return fmt::format("0,{},{}\n", pixels, usage);
  }
  std::string pixel_file() const {
    std::string content = "emotion,pixels,Usage\n";
    const char* usages[]{"Training", "Training", "Training", "Training", "PublicTest", "PrivateTest", "PrivateTest"};
    for (int i = 0; i < 7; ++i) content += pixel_row(i, usages[i]);
    return content;
  }
};

BOOST_FIXTURE_TEST_CASE(folders_become_lists_and_one_image_folder, Source) {
  use_folders();
  std::size_t calls = 0, total = 0;
  options.progress = [&](std::size_t done, std::size_t all) {
    BOOST_TEST(done == ++calls);
    total = all;
  };
  const auto dataset = qcs::prepare_ferplus(options);
  BOOST_TEST(text("ferplus_training.txt") == "a.png 0\na-2.png 1\n");
  BOOST_TEST(text("ferplus_validation.txt") == "c.png 3\n");
  BOOST_TEST(!std::filesystem::exists(*this / "out/FERPlus/ferplus_test.txt"));
  BOOST_TEST((calls == 3 && total == 3));
  BOOST_TEST((dataset.splits[0].skipped.empty() && dataset.splits[1].skipped.empty()));
  BOOST_TEST(dataset.splits[2].skipped == "there is no folder FER2013Test");
  BOOST_TEST((dataset.splits[0].dropped_total() == 2 && dataset.splits[0].dropped_for("no image name") == 1));
  BOOST_TEST(dataset.splits[2].lines.size() == 1U);
  BOOST_TEST((dataset.notes == std::vector<std::string>{
                                   "1 of the rows repeat an earlier file name; their images are called NAME-2.png"}));
  const auto list = qcs::read_image_list(*this / "out/FERPlus/ferplus_training.txt", *this / "out/FERPlus/img", 8);
  BOOST_TEST(cv::norm(qcs::read_rgb(list.images[0].path), qcs::read_rgb(list.images[1].path)) == 0);
}

BOOST_FIXTURE_TEST_CASE(preparing_twice_gives_the_same, Source) {
  use_folders();
  qcs::prepare_ferplus(options);
  const std::string first = text("ferplus_training.txt");
  qcs::prepare_ferplus(options);
  BOOST_TEST(text("ferplus_training.txt") == first);
}

BOOST_FIXTURE_TEST_CASE(rows_of_pixels_become_images, Source) {
  options.pixels = write("fer2013.csv", pixel_file());
  const auto dataset = qcs::prepare_ferplus(options);
  BOOST_TEST(text("ferplus_training.txt") == "a.png 0\na-2.png 1\n");
  BOOST_TEST(text("ferplus_validation.txt") == "c.png 3\n");
  BOOST_TEST(text("ferplus_test.txt") == "d.png 2\n");
  BOOST_TEST(dataset.splits[2].dropped_for("unknown") == 1U);
  BOOST_TEST((dataset.sources.size() == 2 && dataset.sources[1].sha256 == qcs::sha256_of_file(options.pixels)));
  for (const auto& [name, value] : {std::pair{"a.png", 10}, {"a-2.png", 13}, {"c.png", 14}, {"d.png", 15}}) {
    const cv::Mat image = qcs::read_rgb(*this / (std::string("out/FERPlus/img/") + name));
    BOOST_TEST((image.rows == 48 && image.cols == 48));
    BOOST_TEST(int(image.at<cv::Vec3b>(47, 47)[0]) == value);
  }
}

BOOST_AUTO_TEST_CASE(shares_are_those_of_the_votes_that_the_rule_counts) {
  const auto shares = [](const qcs::FerplusVotes& votes, FerplusRule rule) {
    return qcs::ferplus_shares({.image = "a.png", .votes = votes}, rule);
  };
  using Shares = std::array<double, 8>;
  const qcs::FerplusVotes votes{4, 0, 1, 1, 0, 0, 2, 0, 2, 0};
  BOOST_TEST((shares(votes, FerplusRule::kMajority) == Shares{4 / 6., 0, 0, 0, 0, 0, 2 / 6., 0}));
  for (const auto rule : {FerplusRule::kArgmaxTen, FerplusRule::kArgmaxEight})
    BOOST_TEST((shares(votes, rule) == Shares{4 / 8., 0, 1 / 8., 1 / 8., 0, 0, 2 / 8., 0}));
}

/// Every labelled row of any rule has shares that sum to 1, and the label is the largest of them.
BOOST_DATA_TEST_CASE(shares_agree_with_labels, boost::unit_test::data::make(kCases), sample) {
  for (const auto& [rule, name, meaning] : qcs::kFerplusRules) {
    const qcs::FerplusRow row{.image = "a.png", .votes = sample.votes};
    const auto verdict = qcs::ferplus_verdict(row, rule);
    if (!verdict.label) continue;
    const auto shares = qcs::ferplus_shares(row, rule);
    BOOST_TEST(std::abs(std::accumulate(shares.begin(), shares.end(), 0.) - 1) < 1e-12);
    BOOST_TEST(*std::max_element(shares.begin(), shares.end()) == shares[static_cast<std::size_t>(*verdict.label)]);
  }
}

BOOST_FIXTURE_TEST_CASE(votes_stand_beside_each_list, Source) {
  const std::string rows =
      "Training,a.png,6,0,1,0,0,0,3,0,0,0\n"
      "Training,b.png,0,0,0,0,5,5,0,0,0,0\n"
      "Training,,0,0,0,0,0,0,0,0,0,10\n"
      "Training,a.png,0,10,0,0,0,0,0,0,0,0\n"
      "PublicTest,c.png,0,0,0,8,0,0,0,0,2,0\n"
      "PrivateTest,\"d.png,0,0,10,0,0,0,0,0,0,0\n"
      "PrivateTest,e.png,0,0,0,0,0,0,0,0,9,1\n";
  const std::string header = "image,Neutral,Happy,Surprise,Sad,Anger,Disgust,Fear,Contempt\n";
  options.votes = write("votes.csv", kHeader + rows);
  options.pixels = write("fer2013.csv", pixel_file());
  const auto dataset = qcs::prepare_ferplus(options);
  BOOST_TEST(text("ferplus_training_votes.csv") == header +
                                                       "a.png,0.6666666666666666,0,0,0,0,0,0.3333333333333333,0\n"
                                                       "a-2.png,0,1,0,0,0,0,0,0\n");
  BOOST_TEST(text("ferplus_validation_votes.csv") == header + "c.png,0,0,0,1,0,0,0,0\n");
  BOOST_TEST(text("ferplus_test_votes.csv") == header + "\"\"\"d.png\",0,0,1,0,0,0,0,0\n");
  BOOST_TEST(text("ferplus.json").find("votes.csv\",") != std::string::npos);  // the source alone
  BOOST_TEST(text("ferplus.json").find("_votes.csv") == std::string::npos);
  for (const auto& split : dataset.splits) {
    const auto list = qcs::read_image_list(dataset.folder / split.list, dataset.images, 8);
    const auto table = qcs::read_soft_labels(dataset.folder / split.tables.at(0).file, list, dataset.images, 8);
    BOOST_REQUIRE(table.size() == 8 * list.images.size());
    for (std::size_t i = 0; i < list.images.size(); ++i) {
      const auto row = table.begin() + static_cast<std::ptrdiff_t>(8 * i);
      BOOST_TEST(std::max_element(row, row + 8) - row == list.images[i].label);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_skipped_split_has_no_votes, Source) {
  use_folders();
  qcs::prepare_ferplus(options);
  BOOST_TEST(std::filesystem::exists(*this / "out/FERPlus/ferplus_validation_votes.csv"));
  BOOST_TEST(!std::filesystem::exists(*this / "out/FERPlus/ferplus_test_votes.csv"));
}

BOOST_FIXTURE_TEST_CASE(blank_lines_may_end_both_files, Source) {
  options.votes = write("votes.csv", std::string(kHeader) + kRows + "\r\n \t\n\n");
  options.pixels = write("fer2013.csv", pixel_file() + "\n  \r\n\n");
  qcs::prepare_ferplus(options);
  BOOST_TEST(text("ferplus_test.txt") == "d.png 2\n");
  BOOST_TEST(int(qcs::read_rgb(*this / "out/FERPlus/img/d.png").at<cv::Vec3b>(0, 0)[0]) == 15);
}

BOOST_FIXTURE_TEST_CASE(blank_lines_between_rows_are_faults, Source) {
  const auto fail = [&] { return message_of<qcs::DataError>([&] { qcs::prepare_ferplus(options); }); };
  options.pixels = write("fer2013.csv", "emotion,pixels,Usage\n\n \n" + pixel_row(2, "Training") + "\n");
  BOOST_TEST(fail() == fmt::format("{0}: 3 faults\n"
                                   "{0}:2: expected 3 fields, found 1\n"
                                   "{0}:3: expected 3 fields, found 1\n"
                                   "{0}:4: the file has 3 rows, the votes file 7",
                                   options.pixels.string()));
  options.votes = write("votes.csv", fmt::format("{}\n \n{}\n\n", kHeader, kRows));
  BOOST_TEST(fail() == fmt::format("{0}: 2 faults\n"
                                   "{0}:2: expected 12 fields, found 1\n"
                                   "{0}:3: expected 12 fields, found 1",
                                   options.votes.string()));
}

BOOST_FIXTURE_TEST_CASE(another_rule_does_not_replace_lists_unasked, Source) {
  options.pixels = write("fer2013.csv", pixel_file());
  qcs::prepare_ferplus(options);
  options.rule = FerplusRule::kArgmaxEight;
  BOOST_TEST(message_of<qcs::DataError>([&] { qcs::prepare_ferplus(options); }) ==
             fmt::format("{0}/ferplus_training.txt, {0}/ferplus_training_votes.csv: already there with other content; "
                         "--overwrite replaces it",
                         (options.out / "FERPlus").string()));
  BOOST_TEST(!std::filesystem::exists(options.out / "FERPlus/img/b.png"));
  options.overwrite = true;
  BOOST_TEST(qcs::prepare_ferplus(options).splits[0].lines.size() == 3U);
  BOOST_TEST(text("ferplus_training.txt") == "a.png 0\nb.png 4\na-2.png 1\n");
}

BOOST_FIXTURE_TEST_CASE(bad_input_is_refused_before_anything_is_written, Source) {
  const auto fail = [&] { return message_of<qcs::DataError>([&] { qcs::prepare_ferplus(options); }); };
  BOOST_CHECK_THROW(qcs::prepare_ferplus(options), qcs::ConfigError);
  options.images = *this / "images";
  BOOST_TEST(fail() == (*this / "images").string() + ": there is no such image folder");
  std::filesystem::create_directories(options.images);
  BOOST_TEST(fail().ends_with("none of the folders FER2013Train, FER2013Valid and FER2013Test is here"));
  add_image("images/FER2013Valid/x.png", 3);
  BOOST_TEST(fail() == fmt::format("{0}: 1 fault\n{0}:6: no image file `{1}/FER2013Valid/c.png`",
                                   options.votes.string(), options.images.string()));
  BOOST_TEST(!std::filesystem::exists(options.out));
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_cannot_be_made_is_named, Source) {
  use_folders();
  options.out = write("file", "where a folder should be");
  const auto message = message_of<qcs::Error>([&] { qcs::prepare_ferplus(options); });
  BOOST_TEST(message.starts_with(options.out.string()), message);
}

BOOST_FIXTURE_TEST_CASE(bad_pixel_rows_are_all_reported, Source) {
  const auto fail = [&](const std::string& content) {
    options.pixels = write("fer2013.csv", content);
    return message_of<qcs::DataError>([&] { qcs::prepare_ferplus(options); });
  };
  const std::string file = (*this / "fer2013.csv").string(), header = "emotion,pixels,Usage\n";
  const std::string good = pixel_row(0, "Training");
  std::string large = good, letter = good;
  large.replace(2, 2, "256");
  letter.replace(2, 2, "x");
  BOOST_TEST(fail("emotion,pixels\n") == file + ":1: the header has no column `Usage`");
  BOOST_TEST(fail(header + good) == fmt::format("{0}: 1 fault\n{0}:2: the file has 1 rows, the votes file 7", file));
  BOOST_TEST(fail(header + large + letter + "0,1 2 3,Training\n" + pixel_row(3, "PublicTest") + "0,1\n") ==
             fmt::format("{0}: 6 faults\n"
                         "{0}:2: expected 2304 numbers of 0..255 between spaces\n"
                         "{0}:3: expected 2304 numbers of 0..255 between spaces\n"
                         "{0}:4: expected 2304 numbers of 0..255 between spaces\n"
                         "{0}:5: Usage is `PublicTest`, unlike in the same row of the votes file\n"
                         "{0}:6: expected 3 fields, found 2\n"
                         "{0}:6: the file has 5 rows, the votes file 7",
                         file));
  BOOST_TEST(!std::filesystem::exists(options.out));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
