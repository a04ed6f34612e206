// SPDX-License-Identifier: MIT
//
// benchmark_precision DATA_ROOT OUT [STEPS [SEEDS]]: does bfloat16 learn what float32 does? Small QCS on FERPlus, as
//   `prepare ferplus` left it in DATA_ROOT, STEPS (default 300) steps of 8 quadruplets in either precision from each of
//   SEEDS (default 3) seeds. Prints losses and accuracies; OUT/precision.png shows the training losses.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <qcs/experiment/experiment.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/draw/series.hpp>
#include <qcs/report/files/file.hpp>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Net = qcs::QcsNetwork<qcs::SmallBackbone>;

struct Losses {
  void on_step(const qcs::StepEvent& step) { values.push_back(step.loss); }
  std::vector<double> values = {};
};

struct Result {
  qcs::Precision precision;
  std::uint64_t seed;
  std::vector<double> losses;
  double accuracy;
};

Result train(const qcs::Faces& faces, const fs::path& folder, int steps, std::uint64_t seed, qcs::Precision precision) {
  auto recipe = qcs::recipe_for<qcs::FerPlus, qcs::Quadruplet, qcs::SmallBackbone>();
  recipe.epochs = 1;
  recipe.batch_size = 8;
  recipe.limit_batches = steps;
  recipe.seed = seed;
  recipe.precision = precision;
  qcs::Experiment<Net> run(folder, faces, recipe, {.overwrite = true});
  Losses losses;
  const auto summary = run.fit(losses);
  return {precision, seed, losses.values, summary.best_accuracy};
}

cv::Mat picture(const std::vector<Result>& results) {
  const auto blue = qcs::report::hex_colour(0x1F5FA8), red = qcs::report::hex_colour(0xC0272D);
  std::vector<qcs::report::Series> curves;
  for (const auto& result : results) {
    const bool low = result.precision == qcs::Precision::kBfloat16;
    const auto losses = qcs::report::smooth(result.losses, 20);
    qcs::report::Series series{{"", low ? red : blue, low ? qcs::report::Marker::kDashes : qcs::report::Marker::kLine}};
    for (std::size_t i = 0; i < losses.size(); ++i) series.points.emplace_back(static_cast<double>(i + 1), losses[i]);
    curves.push_back(std::move(series));
  }
  qcs::report::Canvas page(960, 620);
  qcs::report::LinePlot plot(
      page, {4, 10, 948, 604},
      {.x = {0, static_cast<double>(results[0].losses.size())},
       .y = qcs::report::range_of(qcs::report::ordinates(curves), .05),
       .title = "training loss of small QCS, means over 20 steps, a pair of curves for each seed",
       .x_label = "step",
       .y_label = "cross entropy",
       .legend = {{"float32", blue}, {"bfloat16", red, qcs::report::Marker::kDashes}}});
  for (const auto& curve : curves) plot.curve(curve.points, curve.entry.ink, curve.thickness, curve.entry.marker);
  return page.picture();
}

double mean_of_last(const std::vector<double>& values, std::size_t count) {
  count = std::min(count, values.size());
  return std::accumulate(values.end() - static_cast<std::ptrdiff_t>(count), values.end(), 0.) /
         static_cast<double>(count);
}

int run(int argc, char** argv) {
  if (argc < 3) throw qcs::program::UsageError("usage: benchmark_precision DATA_ROOT OUT [STEPS [SEEDS]]");
  qcs::program::start_compute_threads(qcs::program::default_threads().threads);
  const auto faces = qcs::published_faces<qcs::FerPlus>(argv[1]);
  const fs::path out = argv[2];
  const int steps = argc > 3 ? std::stoi(argv[3]) : 300, seeds = argc > 4 ? std::stoi(argv[4]) : 3;
  std::vector<Result> results;
  for (int seed = 0; seed < seeds; ++seed)
    for (const auto precision : {qcs::Precision::kFloat32, qcs::Precision::kBfloat16}) {
      const auto folder = out / fmt::format("seed-{}", seed) / std::string(qcs::name_of(precision));
      results.push_back(train(faces, folder, steps, static_cast<std::uint64_t>(seed), precision));
    }
  fmt::print("\n{:<6}{:<10}{:>24}{:>12}\n", "seed", "", "loss of last 50 steps", "accuracy");
  for (const auto& [precision, seed, losses, accuracy] : results)
    fmt::print("{:<6}{:<10}{:>24.4f}{:>10.1f} %\n", seed, qcs::name_of(precision), mean_of_last(losses, 50),
               100 * accuracy);
  qcs::write_png(out / "precision.png", picture(results));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
