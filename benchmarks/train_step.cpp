// SPDX-License-Identifier: MIT
//
// benchmark_train_step step BATCH RUNS [together|in-turn]: seconds of a SAM step of full-size QCS on random images, the
//   median of RUNS after one that is not counted, and MiB of memory at the peak.
// benchmark_train_step forward BATCH RUNS: the same of the base branch in evaluation.
// train_step.py runs both beside the authors' code.

#include <qcs/core/stopwatch.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <string>

#include "compare.hpp"

namespace {

using Net = qcs::QcsNetwork<qcs::Ir50>;

void measure(int runs, auto&& work) {
  std::vector<double> seconds;
  for (int run = -1; run < runs; ++run)
    if (const double taken = qcs::benchmarks::seconds_of(work); run >= 0) seconds.push_back(taken);
  fmt::print("{} {}\n", qcs::benchmarks::median(seconds), qcs::benchmarks::memory("VmHWM"));
}

void measure_step(std::int64_t batch, int runs, qcs::BranchExecution execution) {
  Net network(qcs::NetworkOptions{.classes = 7, .execution = execution});
  network->train();
  qcs::TupleStep<Net, qcs::SamStep> step(network, torch::kCPU, qcs::make_optimizer(network->parameters(), {}, 3e-6), {},
                                         0, qcs::CrossEntropy());
  qcs::TupleBatch<qcs::Quadruplet> tuples{
      .images = torch::randn({4 * batch, 3, 112, 112}), .labels = {}, .members = {}};
  tuples.members.resize(static_cast<std::size_t>(batch));
  tuples.labels = {torch::zeros({batch}, torch::kInt64), torch::ones({batch}, torch::kInt64)};
  measure(runs, [&] { step.run(std::span(&tuples, 1)); });
}

void measure_forward(std::int64_t batch, int runs) {
  qcs::BaseBranch<qcs::Ir50> branch(qcs::NetworkOptions{.classes = 7});
  branch->eval();
  const torch::InferenceMode inference;
  const auto images = torch::randn({batch, 3, 112, 112});
  measure(runs, [&] { branch->forward(images); });
}

int run(int argc, char** argv) {
  if (argc < 4)
    throw qcs::program::UsageError("usage: benchmark_train_step step|forward BATCH RUNS [together|in-turn]");
  qcs::program::start_compute_threads(2);
  const std::string what = argv[1];
  const std::int64_t batch = std::stoi(argv[2]);
  const int runs = std::stoi(argv[3]);
  if (what == "forward")
    measure_forward(batch, runs);
  else
    measure_step(batch, runs, qcs::enum_of<qcs::BranchExecution>(argc > 4 ? argv[4] : "together"));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
