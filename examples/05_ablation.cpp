// SPDX-License-Identifier: MIT
//
// Teaches: to compare networks fairly, over seeds, in one program that can be stopped and goes on. What do the cross
// branches give to the base branch, which alone answers at the end?
//
//     OMP_NUM_THREADS=1 05_ablation runs/ablation [SEEDS] [EPOCHS]
//
// Prints a table, a row for each model with mean and deviation of the accuracy on 280 faces that it has not seen
// (chance 14 %), and leaves it in runs/ablation/ablation.csv. Called again it reads finished runs and goes on with the
// others.
//
//     model           mean deviation    seed 0    seed 1    seed 2    seed 3    seed 4
//     base only       69.6      11.1      72.1      77.1      75.0      50.0      73.9
//     DCS             75.1       5.0      70.7      76.8      82.9      71.1      73.9
//     QCS-S           75.6       6.3      71.8      69.3      84.3      72.9      80.0
//     QCS-D           73.6       4.6      72.1      67.1      79.3      72.9      76.4
//     QCS             73.9       6.2      69.3      69.3      82.9      70.0      77.9
//     SCS             78.6       4.6      71.1      82.1      81.4      77.5      80.7
//
// Every model sees as many images in an epoch, and as many in a step: 12 pairs, 6 quadruplets or 4 sextuplets. So all
// take the same steps, and what differs is what is compared with what.

#include <cstdint>
#include <filesystem>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/experiment/experiment.hpp>
#include <qcs/model/network.hpp>
#include <qcs/program/process.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/sextuplet.hpp>
#include <qcs/train/step/plain_step.hpp>

#include "drawn_data_set.hpp"
#include "narrow_backbone.hpp"
#include "no_head.hpp"

namespace {

template <class Topology, class Head = qcs::CrossSimilarityHead<>>
using Net = qcs::Network<qcs::examples::NarrowBackbone, Head, Topology>;
using BaseOnly = Net<qcs::Dual, qcs::examples::NoHead>;
template <class Model>
using Run = qcs::Experiment<Model, qcs::PlainStep>;

/// One model: its name, and its accuracy on the test faces of each seed.
struct Row {
  std::string name;
  std::vector<double> accuracies = {};
};

struct Task {
  std::filesystem::path out;
  std::uint64_t seed;
  int epochs;
  qcs::Faces faces;
};

/// The accuracy after the last epoch, of the run in the task's folder if there is one.
template <class Model>
double accuracy_of(const Task& task, const std::string& name) {
  const auto folder = task.out / fmt::format("seed-{}", task.seed) / name;
  const auto measured = [&]() -> std::optional<double> {
    if (!std::filesystem::exists(folder / "metrics.jsonl")) return std::nullopt;
    for (const auto& epoch : qcs::read_metrics(folder / "metrics.jsonl").epochs)
      if (epoch.epoch + 1 == task.epochs) return epoch.accuracy;
    return std::nullopt;
  };
  if (const auto found = measured()) return *found;
  constexpr int kImages = qcs::branch_count<typename Model::ContainedType::TopologyType>;
  qcs::Recipe recipe{.epochs = task.epochs, .batch_size = 24 / kImages, .learning_rate = 1e-3, .seed = task.seed};
  recipe.schedule = {.gamma = .9};
  recipe.epoch_divisor = kImages / 2;      // anchors: with their partners, the same number of images in an epoch
  recipe.transform.colour_jitter = false;  // the drawn faces' own colours differ enough
  recipe.transform.erase_probability = 0;
  Run<Model> run(folder, task.faces, recipe, {.device = torch::kCPU, .workers = 1});
  if (std::filesystem::exists(folder / "last.pt")) run.resume();
  run.fit();
  return measured().value();
}

/// The table as CSV, accuracies in percent: mean and sample deviation, then every seed.
void write_table(const std::filesystem::path& file, const std::vector<Row>& rows) {
  std::string text = "model,mean,deviation";
  for (std::size_t seed = 0; seed < rows[0].accuracies.size(); ++seed) text += fmt::format(",seed {}", seed);
  for (const auto& row : rows) {
    const auto [mean, deviation, best] = qcs::detail::spread_of(row.accuracies);
    text += fmt::format("\n{},{:.1f},{:.1f}", row.name, 100 * mean, 100 * deviation);
    for (const double accuracy : row.accuracies) text += fmt::format(",{:.1f}", 100 * accuracy);
  }
  qcs::write_atomically(file, [&](std::ofstream& out) { out << text << '\n'; });
  fmt::print("\n{}\n", text);
}

int run(int argc, char** argv) {
  if (argc < 2) throw qcs::program::UsageError("05_ablation OUT [SEEDS] [EPOCHS]");
  const std::filesystem::path out = argv[1];
  const int seeds = argc > 2 ? std::stoi(argv[2]) : 5, epochs = argc > 3 ? std::stoi(argv[3]) : 12;
  std::vector<Row> rows;
  for (const char* name : {"base only", "DCS", "QCS-S", "QCS-D", "QCS", "SCS"}) rows.push_back({.name = name});
  for (int seed = 0; seed < seeds; ++seed) {
    const auto number = static_cast<std::uint64_t>(seed);
    const Task task{out, number, epochs, qcs::examples::draw_data_set(48, 40, number)};
    std::size_t row = 0;
    const auto add = [&]<class Model>() {
      rows[row].accuracies.push_back(accuracy_of<Model>(task, rows[row].name));
      ++row;
    };
    add.operator()<BaseOnly>();
    add.operator()<Net<qcs::Dual>>();
    add.operator()<Net<qcs::QuadrupletSimilar>>();
    add.operator()<Net<qcs::QuadrupletDissimilar>>();
    add.operator()<Net<qcs::Quadruplet>>();
    add.operator()<Net<qcs::Sextuplet>>();
    write_table(out / "ablation.csv", rows);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
