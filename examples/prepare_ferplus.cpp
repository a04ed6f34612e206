// SPDX-License-Identifier: MIT
// Makes FERPlus ready for training out of fer2013new.csv (github.com/microsoft/FERPlus) and the images of
// FER2013, either as the folders that FERPlus' own script makes or as Kaggle's fer2013.csv:
//
//     prepare_ferplus --votes fer2013new.csv --pixels fer2013.csv --out datas
//
// With the majority rule, 25,060 training, 3,199 validation and 3,153 test images remain.
#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <qcs/data/ferplus_prepare.hpp>
#include <qcs/report/progress.hpp>

namespace {

namespace po = boost::program_options;

/// Shows how far the images are, at most ten times a second.
class Bar {
 public:
  void operator()(std::size_t done, std::size_t total) {
    const auto now = Clock::now();
    if (done < total && now - shown_ < std::chrono::milliseconds(100)) return;
    shown_ = now;
    const double share = static_cast<double>(done) / static_cast<double>(total);
    const double elapsed = std::chrono::duration<double>(now - start_).count();
    line_.show(fmt::format("images {} {}/{} {} left", qcs::format_bar(share, 30), done, total,
                           qcs::format_duration(elapsed / share - elapsed)));
    if (done == total) line_.clear();
  }

 private:
  using Clock = std::chrono::steady_clock;

  qcs::ProgressLine line_;
  Clock::time_point start_ = Clock::now(), shown_{};
};

template <class Names, class Counts>
std::string listed(const Names& names, const Counts& counts) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (counts[i] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", names[i], counts[i]);
  return text.empty() ? "none" : text;
}

void print(const qcs::FerplusReport& report) {
  for (const qcs::FerplusSplit split : qcs::kFerplusSplits) {
    const auto& counts = report[static_cast<std::size_t>(split)];
    const auto [folder, list] = qcs::ferplus_names(split);
    if (counts.skipped) {
      fmt::print("{}: skipped, because there is no folder {} (it would have {} images)\n", list, folder,
                 counts.kept_total());
      continue;
    }
    fmt::print("{}: {} images kept, {} dropped\n", list, counts.kept_total(), counts.dropped_total());
    fmt::print("  kept:    {}\n", listed(qcs::kFerplusEmotions, counts.kept));
    fmt::print("  dropped: {}\n", listed(qcs::kFerplusDropNames, counts.dropped));
    if (counts.repeated > 0)
      fmt::print("  {} of the kept rows repeat an earlier file name; their images are called NAME-2.png\n",
                 counts.repeated);
  }
}

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Nothing if only help was asked for.
std::optional<qcs::FerplusOptions> parse(int argc, char** argv) {
  qcs::FerplusOptions options;
  std::string votes, images, pixels, out, rule;
  po::options_description description("Makes FERPlus' image folder and list files.\n\nOptions");
  description.add_options()("help,h", "show this text")("votes", po::value(&votes)->value_name("FILE"),
                                                        "FERPlus' fer2013new.csv")(
      "images", po::value(&images)->value_name("FOLDER"),
      "folder that holds FER2013Train, FER2013Valid and FER2013Test; missing ones are skipped")(
      "pixels", po::value(&pixels)->value_name("FILE"), "Kaggle's fer2013.csv, instead of --images")(
      "out", po::value(&out)->value_name("FOLDER")->default_value("datas"),
      "FERPlus/img and FERPlus/ferplus_{training,validation,test}.txt are written here")(
      "rule", po::value(&rule)->default_value("majority"),
      "majority: drop single votes, keep what has over half of the rest; argmax: the emotion with most "
      "votes, the "
      "first on a tie");
  po::variables_map given;
  try {
    po::store(po::parse_command_line(argc, argv, description), given);
    po::notify(given);
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (given.count("help") > 0) {
    std::cout << "usage: prepare_ferplus --votes FILE (--images FOLDER | --pixels FILE) [--out FOLDER]\n\n"
              << description;
    return std::nullopt;
  }
  if (votes.empty()) throw UsageError("--votes is missing (see --help)");
  if (images.empty() == pixels.empty()) throw UsageError("give either --images or --pixels (see --help)");
  if (rule != "majority" && rule != "argmax")
    throw UsageError(fmt::format("--rule is majority or argmax, not `{}`", rule));
  options.votes = votes;
  options.images = images;
  options.pixels = pixels;
  options.out = out;
  options.rule = rule == "majority" ? qcs::FerplusRule::kMajority : qcs::FerplusRule::kArgmax;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto options = parse(argc, argv);
    if (!options) return 0;
    options->progress = Bar();
    const qcs::FerplusReport report = qcs::prepare_ferplus(*options);
    print(report);
    fmt::print("written to {}\n", (options->out / "FERPlus").string());
    return 0;
  } catch (const UsageError& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
