// SPDX-License-Identifier: MIT
//
// Where a trained network looks when it is right and when it is wrong, on the faces that its training held out:
//
//     benchmark_answer_maps RUN DATA_ROOT PICTURE.png [FOLDS] [FOLD]
//
// RUN is a folder of train_compact (or of benchmark_compact_variants with --model DCS) with those --folds (20) and that
// --fold (0). For each class the picture shows mean maps over the mean of all faces, which is nobody's: attention
// rollout and Grad-CAM of the answer, and the cross-similarity map of a pair with the next held-out face of that class.
// Captions tell the number of faces and the mean map's largest value, in multiples of an even map's; a class with fewer
// than ten faces of either kind is left out. The table says how much of the maps lies in the upper half of the picture.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/data/fingerprint.hpp>
#include <qcs/infer/explain/explainer.hpp>
#include <qcs/infer/explain/map_over_picture.hpp>
#include <qcs/presets/load_tuple_explainer.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/console/count_progress.hpp>
#include <qcs/report/draw/contact_sheet.hpp>
#include <qcs/report/draw/heat_map.hpp>
#include <qcs/report/files/file.hpp>
#include <string>
#include <vector>

#include "../examples/compact_training.hpp"

namespace {

constexpr int kSide = 28;    ///< of the mean maps: the finest scale's grid
constexpr int kFewest = 10;  ///< faces that a mean map in the picture is of
constexpr std::array kKinds{"attention", "Grad-CAM", "similarity"};

/// The scales' maps as one that sums to 1; all zeros where they are.
cv::Mat joined(const std::vector<torch::Tensor>& scales) {
  cv::Mat sum = cv::Mat::zeros(kSide, kSide, CV_32F);
  for (const auto& scale : scales) {
    cv::Mat large;
    cv::resize(qcs::map_matrix(scale / scale.numel()), large, sum.size(), 0, 0, cv::INTER_LINEAR);
    sum += large;
  }
  const double total = cv::sum(sum)[0];
  return total > 0 ? cv::Mat(sum / total) : sum;
}

struct MeanMap {
  void add(const cv::Mat& map) {
    sum = sum.empty() ? map.clone() : cv::Mat(sum + map);
    ++count;
  }
  cv::Mat mean() const { return sum / count; }
  /// The largest value, 1 for an even map.
  double peak() const {
    double most = 0;
    cv::minMaxLoc(mean(), nullptr, &most);
    return most * kSide * kSide;
  }

  double upper_half() const { return cv::sum(mean()(cv::Rect(0, 0, kSide, kSide / 2)))[0]; }
  cv::Mat sum = {};
  int count = 0;
};

/// Of the faces of one class that were answered rightly, or wrongly.
using Maps = std::array<MeanMap, kKinds.size()>;

struct ClassMaps {
  Maps right, wrong;
};

/// The next image of the same class, the first behind the last.
std::size_t partner_of(std::size_t image, const qcs::ImageList& list) {
  auto other = image;
  do {
    other = (other + 1) % list.images.size();
  } while (list.images[other].label != list.images[image].label);
  return other;
}

void add_all(Maps& maps, const std::array<cv::Mat, kKinds.size()>& found) {
  for (std::size_t k = 0; k < maps.size(); ++k) maps[k].add(found[k]);
}

cv::Mat mean_face(const qcs::ImageSource& faces, const qcs::Preprocessing& preprocessing) {
  cv::Mat sum;
  for (std::size_t i = 0; i < faces.list().images.size(); ++i) {
    cv::Mat pixels;
    qcs::seen_part(faces.read(i), preprocessing).convertTo(pixels, CV_32F);
    sum = sum.empty() ? pixels : cv::Mat(sum + pixels);
  }
  cv::Mat mean;
  sum.convertTo(mean, CV_8U, 1. / static_cast<double>(faces.list().images.size()));
  return mean;
}

void draw(const std::vector<ClassMaps>& classes, const cv::Mat& face, const qcs::Labels& labels,
          const std::filesystem::path& file) {
  std::vector<std::string> headings;
  for (const char* kind : kKinds)
    for (const char* answer : {"right", "wrong"}) headings.push_back(fmt::format("{}, {}", kind, answer));
  std::vector<std::vector<qcs::report::SheetPicture>> rows;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (std::min(classes[c].right[0].count, classes[c].wrong[0].count) < kFewest) continue;
    rows.emplace_back();
    for (std::size_t k = 0; k < kKinds.size(); ++k)
      for (const auto maps : {&ClassMaps::right, &ClassMaps::wrong}) {
        const MeanMap& map = (classes[c].*maps)[k];
        rows.back().push_back({qcs::report::draw_heat_map(face, map.mean()),
                               fmt::format("{}, {}: {:.1f}x", labels.classes[c], map.count, map.peak())});
      }
  }
  qcs::write_png(file, qcs::report::draw_contact_sheet("Mean maps of right and wrong answers", headings, rows));
}

int run(int argc, char** argv) {
  if (argc < 4) throw qcs::program::UsageError("benchmark_answer_maps RUN DATA_ROOT PICTURE.png [FOLDS] [FOLD]");
  const auto faces = qcs::examples::compact_faces({.data_root = argv[2],
                                                   .out = argv[1],
                                                   .folds = argc > 4 ? std::stoi(argv[4]) : 20,
                                                   .fold = argc > 5 ? std::stoi(argv[5]) : 0});
  const auto& held_out = *faces.test;
  const auto& list = held_out.list();
  qcs::program::start_compute_threads(1);
  const auto file = qcs::read_weight_file(std::filesystem::path(argv[1]) / "best.pt", {.key = "state_dict"});
  const auto evaluated = file.metadata.find("evaluation_data");
  if (evaluated != file.metadata.end() && qcs::fingerprints_differ(evaluated->second, qcs::data_fingerprint(held_out)))
    throw qcs::ConfigError(
        fmt::format("{} held out other faces than these {}; give its FOLDS and FOLD", argv[1], list.images.size()));
  const auto card = qcs::require_card(file, "none was saved");
  auto explain = qcs::Explainer::load(file, card);
  auto explain_pair = qcs::load_tuple_explainer(file, card);

  std::vector<ClassMaps> classes(faces.labels.classes.size());
  qcs::CountProgress progress("faces");
  for (std::size_t i = 0; i < list.images.size(); ++i) {
    const std::array pair{qcs::rgb(held_out.read(i)), qcs::rgb(held_out.read(partner_of(i, list)))};
    const auto why = explain(pair[0]);
    auto& of_class = classes[static_cast<std::size_t>(list.images[i].label)];
    add_all(why.answer.label == list.images[i].label ? of_class.right : of_class.wrong,
            {joined(why.rollout), joined(why.grad_cam), joined(explain_pair(pair)[0].maps)});
    progress(i + 1, list.images.size());
  }

  fmt::print("share of the maps in the upper half of the picture, right answers / wrong ones\n{:<10} {:>11}", "",
             "faces");
  for (const char* kind : kKinds) fmt::print(" {:>18}", kind);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const auto& [right, wrong] = classes[c];
    fmt::print("\n{:<10} {:>11}", faces.labels.classes[c], fmt::format("{} / {}", right[0].count, wrong[0].count));
    for (std::size_t k = 0; k < kKinds.size(); ++k)
      fmt::print(" {:>18}",
                 fmt::format("{} / {}", right[k].count > 0 ? fmt::format("{:.3f}", right[k].upper_half()) : "-",
                             wrong[k].count > 0 ? fmt::format("{:.3f}", wrong[k].upper_half()) : "-"));
  }
  fmt::print("\n");
  draw(classes, mean_face(held_out, card.preprocessing), faces.labels, argv[3]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
