// SPDX-License-Identifier: MIT
//
// Where the network looked to say what it says of faces: pictures side by side, and the maps as arrays.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/image/photo.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/infer/explain/explainer.hpp>
#include <qcs/infer/explain/map_over_picture.hpp>
#include <qcs/infer/explain/tuple_explainer.hpp>
#include <qcs/io/npy.hpp>
#include <qcs/presets/load_tuple_explainer.hpp>
#include <qcs/presets/networks.hpp>
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
  std::string label;
  qcs::commands::PublishedWeights published;
  bool tuples = false;
};

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

/// A sheet of faces and of maps over them, and the maps as arrays, in a folder.
class ExplainedFaces {
 public:
  ExplainedFaces(fs::path folder, qcs::Preprocessing preprocessing)
      : folder_(std::move(folder)), preprocessing_(std::move(preprocessing)) {
    qcs::make_folder(folder_);
  }

  /// Starts a row with what the network saw of a face.
  void add_face(const cv::Mat& face, std::string caption) {
    seen_ = qcs::seen_part(face, preprocessing_);
    rows_.emplace_back().push_back({seen_, std::move(caption)});
  }

  void add_map(const std::string& heading, const torch::Tensor& map, const std::string& name) {
    if (rows_.size() == 1) headings_.push_back(heading);
    rows_.back().push_back({qcs::report::draw_heat_map(seen_, qcs::map_matrix(map)),
                            fmt::format("{:.2g} to {:.2g}", map.min().item<float>(), map.max().item<float>())});
    qcs::io::write_npy(folder_ / (name + ".npy"), map);
  }

  /// Writes the sheet, where there is anything on it.
  void finish(const std::string& title) const {
    if (rows_.empty()) return;
    const auto sheet = folder_ / "explain.png";
    qcs::write_png(sheet, qcs::report::draw_contact_sheet(title, headings_, rows_));
    fmt::print("{}: {} pictures, their maps as .npy beside it\n", sheet.string(), rows_.size());
  }

 private:
  fs::path folder_;
  qcs::Preprocessing preprocessing_;
  cv::Mat seen_;
  std::vector<std::string> headings_{"face"};
  std::vector<std::vector<qcs::report::SheetPicture>> rows_;
};

/// A picture, or nothing, said, where it cannot be read.
std::optional<cv::Mat> read_or_say(const fs::path& path) {
  try {
    return qcs::read_photo(path);
  } catch (const qcs::DataError& error) {
    fmt::print("{}: not read: {}\n", path.string(), error.what());
    return std::nullopt;
  }
}

std::string in_words(const qcs::Answer& answer) {
  return fmt::format("{} {:.1f} %", answer.name, 100 * answer.probability);
}

int explain_pictures(const Options& o, const qcs::WeightFile& file, const qcs::Card& card) {
  const auto label = label_of(o.label, card.labels);
  auto look = qcs::Explainer::load(file, card);
  ExplainedFaces maps(o.out, card.preprocessing);
  Names names;
  bool all_read = true;
  for (const auto& path : o.pictures) {
    const auto face = read_or_say(path);
    all_read = all_read && face;
    if (!face) continue;
    const auto why = look(qcs::bgr(*face), label);
    const auto name = names.of(path);
    maps.add_face(*face, in_words(why.answer));
    for (const auto& [what, of_scales] : {std::pair("last block", &why.last_block), std::pair("rollout", &why.rollout),
                                          std::pair("Grad-CAM", &why.grad_cam)})
      for (std::size_t scale = 0; scale < of_scales->size(); ++scale) {
        std::string kind = what;
        std::ranges::replace(kind, ' ', '_');
        maps.add_map(fmt::format("{}, scale {}", what, scale + 1), (*of_scales)[scale],
                     fmt::format("{}_{}_{}", name, kind, scale + 1));
      }
    fmt::print("{}: {}, Grad-CAM of {}\n", path.string(), in_words(why.answer),
               card.labels.classes[static_cast<std::size_t>(why.label)]);
  }
  maps.finish(o.weights.string());
  return all_read ? 0 : 1;
}

/// Of the network that the card describes, or that was published for a data set.
qcs::TupleExplainer tuple_explainer(const Options& o, const qcs::WeightFile& file, const qcs::Card& card) {
  if (card.architecture || o.published.dataset.empty()) return qcs::load_tuple_explainer(file, card);
  return qcs::with_dataset(o.published.dataset, [&]<class Dataset>() {
    return qcs::with_network<Dataset>(o.published.model, qcs::Ir50::kName,
                                      [&]<class Net>() { return qcs::TupleExplainer::load<Net>(file, card); });
  });
}

int explain_tuples(const Options& o, const qcs::WeightFile& file, const qcs::Card& card) {
  auto look = tuple_explainer(o, file, card);
  const auto count = look.branches().size();
  if (o.pictures.size() % count != 0)
    throw qcs::program::UsageError(
        fmt::format("--tuples: a tuple of these weights is {} pictures, {}; found {} pictures", count,
                    fmt::join(look.branches(), ", "), o.pictures.size()));
  ExplainedFaces maps(o.out, card.preprocessing);
  bool all_read = true;
  for (std::size_t first = 0; first < o.pictures.size(); first += count) {
    std::vector<cv::Mat> faces;
    for (std::size_t b = 0; b < count; ++b)
      if (auto face = read_or_say(o.pictures[first + b])) faces.push_back(std::move(*face));
    const auto number = first / count + 1;
    if (faces.size() < count) {
      fmt::print("tuple {} is left out\n", number);
      all_read = false;
      continue;
    }
    std::vector<qcs::Picture> tuple;
    for (const auto& face : faces) tuple.push_back(qcs::bgr(face));
    const auto branches = look(tuple);
    for (std::size_t b = 0; b < count; ++b) {
      const auto& [branch, base, cross, of_scales] = branches[b];
      maps.add_face(faces[b], fmt::format("{}: {}", branch, base.name));
      for (std::size_t scale = 0; scale < of_scales.size(); ++scale)
        maps.add_map(fmt::format("scale {}", scale + 1), of_scales[scale],
                     fmt::format("tuple{}_{}_{}", number, branch, scale + 1));
      fmt::print("{}: {}, base {}, cross {}\n", o.pictures[first + b].string(), branch, in_words(base),
                 in_words(cross));
    }
  }
  maps.finish(fmt::format("Cross similarity, {}", o.weights.string()));
  return all_read ? 0 : 1;
}

int explain(const Options& o) {
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  const auto file = qcs::read_weight_file(o.weights);
  const auto card = qcs::commands::card_of(file, o.published);
  return o.tuples ? explain_tuples(o, file, card) : explain_pictures(o, file, card);
}

int run_explain(int argc, char** argv) {
  Options o;
  qcs::program::OptionTable options(
      "explain --weights FILE PICTURE... [options], shows where the network looks in pictures of one face each");
  options.path("weights", o.weights, "best.pt of a run, .pth or .safetensors");
  options.path("out", o.out, "folder for explain.png and the maps (default explain)");
  options.flag("tuples", o.tuples,
               "the pictures are training tuples (anchor, positive, ...): cross-similarity maps of every branch");
  options.text("label", o.label, "class that Grad-CAM asks for (default: the answer)");
  o.published.add_to(options);
  options.positional_list("picture", o.pictures, "pictures of faces, cut as for training");
  if (!options.parse(argc, argv)) return 0;
  options.require({"weights"});
  options.assign();
  if (o.tuples && options.given("label")) throw qcs::program::UsageError("--label goes without --tuples");
  qcs::commands::PublishedWeights::check(options);
  return explain(o);
}

}  // namespace

int qcs::commands::explain(int argc, char** argv) {
  const qcs::QuietDecoders quiet;
  return qcs::program::run_program([&] { return ::run_explain(argc, argv); });
}
