// SPDX-License-Identifier: MIT
//
// Makes the image lists that training reads out of what the owners of a data set ship, one sub-command for each:
//
//     prepare ferplus --votes fer2013new.csv --pixels fer2013.csv --out datas
//
// With the majority rule, 25,060 training, 3,199 validation and 3,153 test images remain.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <qcs/data/list/image_list.hpp>
#include <qcs/image/pack.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/prepare/affectnet/affectnet.hpp>
#include <qcs/prepare/ferplus/ferplus.hpp>
#include <qcs/prepare/generic/csv_dataset.hpp>
#include <qcs/prepare/generic/folder_tree.hpp>
#include <qcs/prepare/raf_db/raf_db.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/console/count_progress.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"

namespace {

using qcs::program::OptionTable;
using qcs::program::UsageError;

/// Images of each class and split, a column for each split.
void print_counts(const qcs::PreparedDataset& dataset) {
  std::size_t width = 7;
  for (const auto& name : dataset.labels.classes) width = std::max(width, name.size());
  const auto row = [&](std::string_view name, const auto& number) {
    fmt::print("{:<{}}", name, width);
    for (const auto& split : dataset.splits)
      fmt::print("  {:>{}}", number(split), std::max<std::size_t>(8, split.name.size()));
    fmt::print("\n");
  };
  row("class", [](const qcs::PreparedSplit& split) { return split.name; });
  for (std::size_t c = 0; c < dataset.labels.classes.size(); ++c)
    row(dataset.labels.classes[c],
        [&](const qcs::PreparedSplit& split) { return split.counts(dataset.labels.classes.size())[c]; });
  row("kept", [](const qcs::PreparedSplit& split) { return split.lines.size(); });
  row("dropped", [](const qcs::PreparedSplit& split) { return split.dropped_total(); });
}

void print(const qcs::PreparedDataset& dataset) {
  fmt::print("{}\nrule: {}\n", dataset.labels.name, dataset.rule);
  print_counts(dataset);
  for (const auto& split : dataset.splits)
    for (const auto& dropped : split.dropped)
      fmt::print("{}: {} dropped: {}\n", split.name, dropped.count, dropped.reason);
  for (const auto& note : dataset.notes) fmt::print("note: {}\n", note);
  for (const auto& split : dataset.splits) {
    if (!split.skipped.empty()) {
      fmt::print("{}: not written, because {}\n", split.list, split.skipped);
      continue;
    }
    fmt::print("{} ({})\n", (dataset.folder / split.list).string(), split.lines.size());
    for (const auto& table : split.tables) fmt::print("{}\n", (dataset.folder / table.file).string());
  }
  fmt::print("{}, {}\n", (dataset.folder / dataset.classes_file).string(),
             (dataset.folder / (dataset.slug + ".json")).string());
  fmt::print("image folder: {}\n", dataset.images.string());
}

/// "a,b,c" in its parts.
std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; !text.empty();) {
    const std::size_t comma = text.find(',', start);
    parts.push_back(text.substr(start, comma - start));
    if (comma == std::string::npos) break;
    start = comma + 1;
  }
  if (std::find(parts.begin(), parts.end(), "") != parts.end())
    throw UsageError(fmt::format("`{}` has an empty name", text));
  for (auto i = parts.begin(); i != parts.end(); ++i)
    if (std::find(i + 1, parts.end(), *i) != parts.end()) throw UsageError(fmt::format("`{}` is there twice", *i));
  return parts;
}

/// A data set's name becomes a folder's and part of file names.
void require_plain(const std::string& name) {
  if (!qcs::is_split_name(name))
    throw UsageError(fmt::format("--name takes letters, digits, `_` and `-`, not `{}`", name));
}

void add_output(OptionTable& options, std::filesystem::path& out, bool& overwrite) {
  options.path("out", out, "data root; a folder of the data set's name in it takes the lists (default datas)");
  options.flag("overwrite", overwrite, "replace lists that are there with other content");
}

int raf_db(int argc, char** argv) {
  qcs::RafDbOptions settings;
  OptionTable options("prepare raf-db --labels FILE --images FOLDER [options], lists of RAF-DB's basic expressions");
  options.path("labels", settings.labels, "list_patition_label.txt as its owners ship it");
  options.path("images", settings.images, "image folder, of train_00001_aligned.jpg or train_00001.jpg");
  add_output(options, settings.out, settings.overwrite);
  if (!options.parse(argc, argv)) return 0;
  options.require({"labels", "images"});
  options.assign();
  print(qcs::prepare_raf_db(settings));
  return 0;
}

int ferplus(int argc, char** argv) {
  qcs::FerplusOptions settings;
  std::string rule{qcs::kFerplusRules[0].name}, rules, meanings;
  for (const auto& [value, name, meaning] : qcs::kFerplusRules) {
    rules += fmt::format("{}{}", rules.empty() ? "" : ", ", name);
    meanings += fmt::format("{}{}: {}", meanings.empty() ? "" : "; ", name, meaning);
  }
  OptionTable options(
      "prepare ferplus --votes FILE (--images FOLDER | --pixels FILE) [options], lists and images of FERPlus");
  options.path("votes", settings.votes, "FERPlus' fer2013new.csv");
  options.path("images", settings.images,
               "folder of FER2013Train, FER2013Valid and FER2013Test; missing ones are skipped");
  options.path("pixels", settings.pixels, "Kaggle's fer2013.csv, instead of --images");
  options.text("rule", rule, fmt::format("how votes become a label (default majority). {}", meanings));
  add_output(options, settings.out, settings.overwrite);
  if (!options.parse(argc, argv)) return 0;
  options.require({"votes"});
  options.assign();
  if (options.given("images") == options.given("pixels"))
    throw UsageError("give either --images or --pixels (see --help)");
  const auto found =
      std::find_if(qcs::kFerplusRules.begin(), qcs::kFerplusRules.end(), [&](auto& r) { return r.name == rule; });
  if (found == qcs::kFerplusRules.end())
    throw UsageError(fmt::format("unknown rule `{}`, expected one of {}", rule, rules));
  settings.rule = found->rule;
  settings.progress = qcs::CountProgress("images");
  print(qcs::prepare_ferplus(settings));
  return 0;
}

int affectnet(int argc, char** argv) {
  qcs::AffectNetOptions settings;
  settings.threads = qcs::program::cores();
  int base = 0;
  OptionTable options(
      "prepare affectnet --images FOLDER [--train-csv FILE] [--validation-csv FILE] [options], lists of AffectNet");
  options.path("images", settings.images,
               "what the csv's subDirectory_filePath is relative to; without a csv, a release with "
               "train_class/class001, train/0 or "
               "train_set/{images,annotations}");
  options.path("train-csv", settings.train_csv, "training csv as its owners ship it");
  options.path("validation-csv", settings.validation_csv, "validation csv");
  options.number<int>("classes", settings.classes, qcs::within(7, 8), "7, or 8 with Contempt (default 7)");
  options.flag("crop", settings.crop, "cut out the csv's face boxes, into OUT/AffectNet/Manually_trainval_croped");
  options.flag("skip-unusable", settings.skip_unusable,
               "drop and count images of the csv that are missing or cannot be cropped");
  options.number<int>("label-base", base, qcs::within(0, 1),
                      "what numbered folders count from (default: their lowest number)");
  options.number<int>("threads,j", settings.threads, qcs::at_least(1), "threads that crop (default: all)");
  add_output(options, settings.out, settings.overwrite);
  if (!options.parse(argc, argv)) return 0;
  options.require({"images"});
  options.assign();
  if (options.given("label-base")) settings.number_base = base;
  settings.progress = qcs::CountProgress("images");
  print(qcs::prepare_affectnet(settings));
  return 0;
}

int folders(int argc, char** argv) {
  qcs::FolderTreeOptions settings;
  std::string classes;
  OptionTable options(
      "prepare folders --images FOLDER [options], lists of FOLDER/train/CLASS/* (valid and test beside train) or "
      "FOLDER/CLASS/*");
  options.path("images", settings.images, "the tree; names in the lists are relative to it");
  options.text("name", settings.name, "of the data set, in folder and file names (default folders)");
  options.text("classes", classes,
               "A,B,C: the class folders in the order of their labels (default: sorted, numbers as numbers)");
  add_output(options, settings.out, settings.overwrite);
  if (!options.parse(argc, argv)) return 0;
  options.require({"images"});
  options.assign();
  require_plain(settings.name);
  settings.classes = parts(classes);
  print(qcs::prepare_folder_tree(settings));
  return 0;
}

int csv(int argc, char** argv) {
  qcs::CsvDatasetOptions settings;
  std::string classes;
  OptionTable options("prepare csv --table FILE --images FOLDER [options], lists out of any table with a header");
  options.path("table", settings.table, "csv with a row for each image");
  options.path("images", settings.images, "what its image names are relative to");
  options.text("image-column", settings.image_column, "column of the image names (default image)");
  options.text("label-column", settings.label_column, "column of the labels, numbers or names (default label)");
  options.text("split-column", settings.split_column,
               "column of the splits' names (default: all rows are for training)");
  options.text("classes", classes,
               "A,B,C: the classes in the order of their labels (default: names sorted, numbers as they are)");
  options.number<int>("label-base", settings.label_base, qcs::within(0, 1),
                      "what number labels count from (default 0)");
  options.flag("skip-missing", settings.skip_missing, "drop and count rows whose image is missing");
  options.text("name", settings.name, "of the data set, in folder and file names (default csv)");
  add_output(options, settings.out, settings.overwrite);
  if (!options.parse(argc, argv)) return 0;
  options.require({"table", "images"});
  options.assign();
  require_plain(settings.name);
  settings.classes = parts(classes);
  print(qcs::prepare_csv(settings));
  return 0;
}

/// The images of one or two lists, decoded, in one file for --packed.
int pack(int argc, char** argv) {
  std::filesystem::path train, test, images, out;
  OptionTable options(
      "prepare pack --train LIST --image-root FOLDER --out FILE [options], decoded images for --packed of the training "
      "programs");
  options.path("train", train, "list file");
  options.path("test", test, "another list file, whose images go into the same pack");
  options.path("image-root", images, "what the names in the lists are relative to");
  options.path("out", out, "file to write, a safetensors file of pixels");
  if (!options.parse(argc, argv)) return 0;
  options.require({"train", "image-root", "out"});
  options.assign();
  std::vector<std::string> names;
  for (const auto& list : {train, test})
    if (!list.empty())
      for (const auto& image :
           qcs::read_image_list(list, images, std::numeric_limits<int>::max(), qcs::Repeats::kTake).images)
        names.push_back(image.path.lexically_relative(images).string());
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  qcs::pack_images(out, images, names, qcs::CountProgress("images"));
  fmt::print("{}: {} images, {:.1f} MB\n", out.string(), names.size(),
             static_cast<double>(std::filesystem::file_size(out)) / 1e6);
  return 0;
}

struct SubCommand {
  std::string_view name, what;
  int (*run)(int argc, char** argv);
};

constexpr SubCommand kSubCommands[]{
    {"raf-db", "RAF-DB from list_patition_label.txt", raf_db},
    {"ferplus", "FERPlus from fer2013new.csv and the images of FER2013", ferplus},
    {"affectnet", "AffectNet with 7 or 8 classes, from its csv files or a release in folders", affectnet},
    {"folders", "any tree with a folder for each class", folders},
    {"csv", "any table of images and labels", csv},
    {"pack", "one file of decoded images, which loads faster", pack},
};

std::string usage() {
  std::string text = "usage: prepare COMMAND [options]; prepare COMMAND --help lists the options\n";
  for (const auto& command : kSubCommands) text += fmt::format("\n  {:<10} {}", command.name, command.what);
  return text;
}

int run_prepare(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "--help" || name == "-h") {
    fmt::print("{}\n", usage());
    return 0;
  }
  for (const auto& command : kSubCommands)
    if (command.name == name) return command.run(argc - 1, argv + 1);
  if (name.empty()) throw UsageError(usage());
  throw UsageError(fmt::format("unknown command `{}` (prepare --help lists them)", name));
}

}  // namespace

int qcs::commands::prepare(int argc, char** argv) {
  const qcs::QuietDecoders quiet;
  return qcs::program::run_program([&] { return ::run_prepare(argc, argv); });
}
