// SPDX-License-Identifier: MIT
//
// A contact sheet of training tuples as the network sees them: decoded, augmented, normalised, and turned back into
// pictures. Wrong labels, swapped colours and broken augmentation show at a glance.

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/experiment/list_labels.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/presets/topologies.hpp>
#include <qcs/program/choice_help.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/report/draw/contact_sheet.hpp>
#include <qcs/report/files/file.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "commands.hpp"
#include "lists.hpp"

namespace {

using qcs::commands::TopologyList;

struct Settings {
  std::filesystem::path data_root = "datas", train_list, image_root, class_names, out = "preview.png";
  std::string dataset, model{TopologyList::kNames.front()};
  int tuples = 6;
  std::uint64_t seed = 0;
};

/// The network's input (3, side, side) as a picture, BGR.
cv::Mat picture_of(const torch::Tensor& input, const qcs::TransformOptions& transform) {
  const auto side = static_cast<int>(input.size(1));
  cv::Mat bgr(side, side, CV_8UC3);
  const auto planes = input.contiguous();
  const float* values = planes.data_ptr<float>();
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      for (int c = 0; c < 3; ++c) {
        const auto channel = static_cast<std::size_t>(c);
        const float value = values[(c * side + y) * side + x] * transform.std[channel] + transform.mean[channel];
        bgr.at<cv::Vec3b>(y, x)[2 - c] = cv::saturate_cast<std::uint8_t>(255 * value);
      }
  return bgr;
}

template <class Dataset, class Topology>
void preview(const Settings& settings) {
  const auto recipe = qcs::published_recipe<Dataset, Topology>();
  const auto or_default = [&](const std::filesystem::path& given, std::string_view usual) {
    return given.empty() ? settings.data_root / usual : given;
  };
  const auto list = or_default(settings.train_list, Dataset::kTrainList);
  const auto [labels, notes] =
      qcs::labels_of_lists({list}, settings.class_names, qcs::Labels::of<typename Dataset::Classes>());
  for (const auto& note : notes) fmt::print("note: {}\n", note);
  const qcs::TupleDataset<Topology> tuples(
      qcs::read_image_list(list, or_default(settings.image_root, Dataset::kImageFolder),
                           static_cast<int>(labels.classes.size()), qcs::Repeats::kTake),
      recipe.transform,
      {.sampling = recipe.sampling,
       .negatives = recipe.negatives,
       .epoch_divisor = recipe.epoch_divisor,
       .seed = settings.seed});
  const auto plan = tuples.plan(0);
  const auto batch =
      tuples.load(plan, 0, std::min<std::size_t>(static_cast<std::size_t>(settings.tuples), plan.order.size()));
  std::vector<std::string> headings;
  for (const auto& branch : Topology::kBranches) headings.emplace_back(branch.name);
  std::vector<std::vector<qcs::report::SheetPicture>> rows(static_cast<std::size_t>(batch.size()));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t b = 0; b < headings.size(); ++b) {
      const auto& role = batch.labels[static_cast<std::size_t>(qcs::role_of<Topology>(b))];
      const auto label = static_cast<std::size_t>(role[static_cast<std::int64_t>(i)].template item<std::int64_t>());
      rows[i].push_back(
          {picture_of(batch.branch(b)[static_cast<std::int64_t>(i)], recipe.transform), labels.classes[label]});
    }
  qcs::write_png(settings.out,
                 qcs::report::draw_contact_sheet(
                     fmt::format("{} on {}, seed {}", settings.model, Dataset::kName, settings.seed), headings, rows));
  fmt::print("{}: {} tuples of {} images\n", settings.out.string(), rows.size(), headings.size());
}

int run_preview(int argc, char** argv) {
  Settings settings;
  qcs::program::OptionTable options("preview --dataset NAME [options], draws training tuples as the network sees them");
  options.text("dataset", settings.dataset,
               "raf_db, ferplus, affectnet7 or affectnet8: list, folder, class names and recipe");
  options.text("model", settings.model, qcs::program::choice_help(TopologyList()));
  options.path("data-root", settings.data_root, "folder of the data sets (default datas)");
  options.path("train-list", settings.train_list, "default: the data set's below the data root");
  options.path("image-root", settings.image_root, "likewise");
  options.path(
      "classes", settings.class_names,
      "file of class names (default: NAME_classes.txt or classes.txt beside the list, else the data set's own)");
  options.number<int>("tuples", settings.tuples, qcs::within(1, 100), "rows of the sheet (default 6)");
  options.number<std::uint64_t>("seed", settings.seed, qcs::at_least(0), "default 0");
  options.path("out", settings.out, "PNG file to write (default preview.png)");
  if (!options.parse(argc, argv)) return 0;
  options.require({"dataset"});
  options.assign();
  qcs::with_dataset(settings.dataset, [&]<class Dataset>() {
    qcs::with_topology(TopologyList(), settings.model, [&]<class Topology>() { preview<Dataset, Topology>(settings); });
  });
  return 0;
}

}  // namespace

int qcs::commands::preview(int argc, char** argv) {
  const qcs::QuietDecoders quiet;
  return qcs::program::run_program([&] { return ::run_preview(argc, argv); });
}
