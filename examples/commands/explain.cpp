// SPDX-License-Identifier: MIT
//
// Where the network looked to say what it says of faces: pictures side by side, and the maps as arrays.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/image/photo.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/infer/explain/explainer.hpp>
#include <qcs/io/npy.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/option_table.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/draw/contact_sheet.hpp>
#include <qcs/report/draw/heat_map.hpp>
#include <qcs/report/files/file.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "card_of.hpp"
#include "commands.hpp"

namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> pictures;
  fs::path weights, out = "explain";
  std::string label, dataset, model{"QCS"};
};

cv::Mat as_matrix(const torch::Tensor& map) {
  const auto values = map.contiguous();
  return cv::Mat(static_cast<int>(map.size(0)), static_cast<int>(map.size(1)), CV_32F, values.data_ptr<float>())
      .clone();
}

/// The part of a picture that maps lie over.
cv::Mat what_it_saw(const cv::Mat& face, const qcs::Preprocessing& p) {
  cv::Mat resized;
  cv::resize(face, resized, {p.resize, p.resize}, 0, 0, cv::INTER_AREA);
  const int from = (p.resize - p.crop) / 2;
  return resized(cv::Rect(from, from, p.crop, p.crop)).clone();
}

/// The number of a class by its name, or nothing for no name.
std::optional<std::int64_t> label_of(const std::string& name, const qcs::Labels& labels) {
  if (name.empty()) return std::nullopt;
  const auto found = std::ranges::find(labels.classes, name);
  if (found == labels.classes.end())
    throw qcs::program::UsageError(fmt::format("--label: `{}` is none of {}", name, labels.text()));
  return found - labels.classes.begin();
}

/// A folder's names for the arrays of pictures: the stem, numbered where two are equal.
class Names {
 public:
  std::string of(const fs::path& picture) {
    const auto stem = picture.stem().string();
    auto name = stem;
    for (int i = 2; !taken_.insert(name).second; ++i) name = fmt::format("{}-{}", stem, i);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

int explain(const Options& o) {
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  const auto file = qcs::read_weight_file(o.weights);
  const auto card = qcs::commands::card_of(file, o.dataset, o.model);
  const auto label = label_of(o.label, card.labels);
  auto look = qcs::Explainer::load(file, card);
  qcs::make_folder(o.out);
  std::vector<std::string> headings{"face"};
  std::vector<std::vector<qcs::report::SheetPicture>> rows;
  Names names;
  bool all_read = true;
  for (const auto& path : o.pictures) {
    cv::Mat face;
    try {
      face = qcs::read_photo(path);
    } catch (const qcs::DataError& error) {
      fmt::print("{}: not read: {}\n", path.string(), error.what());
      all_read = false;
      continue;
    }
    const auto why = look(qcs::bgr(face), label);
    const auto name = names.of(path);
    const auto seen = what_it_saw(face, card.preprocessing);
    auto& row = rows.emplace_back();
    row.push_back({seen, fmt::format("{} {:.0f} %", why.answer.name, 100 * why.answer.probability)});
    for (const auto& [what, maps] : {std::pair("last block", &why.last_block), std::pair("rollout", &why.rollout),
                                     std::pair("Grad-CAM", &why.grad_cam)})
      for (std::size_t scale = 0; scale < maps->size(); ++scale) {
        const auto& map = (*maps)[scale];
        if (rows.size() == 1) headings.push_back(fmt::format("{}, scale {}", what, scale + 1));
        row.push_back({qcs::report::draw_heat_map(seen, as_matrix(map)),
                       fmt::format("{:.2g} to {:.2g}", map.min().item<float>(), map.max().item<float>())});
        std::string kind = what;
        std::ranges::replace(kind, ' ', '_');
        qcs::io::write_npy(o.out / fmt::format("{}_{}_{}.npy", name, kind, scale + 1), map);
      }
    fmt::print("{}: {} {:.1f} %, Grad-CAM of {}\n", path.string(), why.answer.name, 100 * why.answer.probability,
               card.labels.classes[static_cast<std::size_t>(why.label)]);
  }
  if (rows.empty()) return 1;
  const auto sheet = o.out / "explain.png";
  qcs::write_png(sheet, qcs::report::draw_contact_sheet(o.weights.string(), headings, rows));
  fmt::print("{}: {} pictures, their maps as .npy beside it\n", sheet.string(), rows.size());
  return all_read ? 0 : 1;
}

int run_explain(int argc, char** argv) {
  Options o;
  qcs::program::OptionTable options(
      "explain --weights FILE PICTURE... [options], shows where the network looks in pictures of one face each");
  options.path("weights", o.weights, "best.pt of a run, .pth or .safetensors");
  options.path("out", o.out, "folder for explain.png and the maps (default explain)");
  options.text("label", o.label, "class that Grad-CAM asks for (default: the answer)");
  options.text("dataset", o.dataset,
               "raf_db, ferplus, affectnet7 or affectnet8, for published weights, which do not say what they are of");
  options.text("model", o.model, "with --dataset: QCS (default) or DCS");
  options.positional_list("picture", o.pictures, "pictures of faces, cut as for training");
  if (!options.parse(argc, argv)) return 0;
  options.require({"weights"});
  options.assign();
  if (options.given("model") && !options.given("dataset"))
    throw qcs::program::UsageError("--model goes with --dataset");
  return explain(o);
}

}  // namespace

int qcs::commands::explain(int argc, char** argv) {
  const qcs::QuietDecoders quiet;
  return qcs::program::run_program([&] { return ::run_explain(argc, argv); });
}
