// SPDX-License-Identifier: MIT
//
// benchmark_train_step step BATCH RUNS [together|in-turn] [fp32|bf16] [contiguous|channels-last]: seconds of a SAM step
//   of full-size QCS on random images, the median of RUNS after one that is not counted, and MiB of memory at the peak.
// benchmark_train_step forward BATCH RUNS [contiguous|channels-last]: the same of the base branch in evaluation.
// benchmark_train_step engine BATCH RUNS [fp32|bf16]: the same of the engine that Classifier runs.
// benchmark_train_step profile BATCH RUNS [...]: which operations a step spends its time in.
// benchmark_train_step norm 0 RUNS: the same of the look at all gradients that finds those that are not finite.
// train_step.py runs them beside the authors' code.

#include <cmath>
#include <qcs/core/stopwatch.hpp>
#include <qcs/infer/engine/torch_engine.hpp>
#include <qcs/infer/graph/base_branch_graph.hpp>
#include <qcs/infer/graph/simplify/simplified.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <string>

#include "compare.hpp"
#include "operation_times.hpp"
#include "random_tuples.hpp"

namespace {

using Net = qcs::QcsNetwork<qcs::Ir50>;

void measure(int runs, auto&& work) {
  std::vector<double> seconds;
  for (int run = -1; run < runs; ++run)
    if (const double taken = qcs::benchmarks::seconds_of(work); run >= 0) seconds.push_back(taken);
  fmt::print("{} {}\n", qcs::benchmarks::median(seconds), qcs::benchmarks::memory("VmHWM"));
}

Net network_of(qcs::BranchExecution execution) {
  return Net(qcs::NetworkOptions{.classes = 7, .execution = execution});
}

/// Calls `measure_with(step)`, which takes a step each time that it is called.
void with_step(std::int64_t batch, qcs::BranchExecution execution, const qcs::Placement& placement,
               auto&& measure_with) {
  Net network = network_of(execution);
  network->train();
  qcs::place(*network, placement);
  qcs::TupleStep<Net, qcs::SamStep> step(network, placement, qcs::make_optimizer(network->parameters(), {}, 3e-6), {},
                                         0, qcs::CrossEntropy());
  auto tuples = qcs::benchmarks::random_tuples(batch);
  measure_with([&] { step.run(std::span(&tuples, 1)); });
}

/// 10^9 multiplications with an addition a second, at best of ten tries.
double speed(double work, auto&& run) {
  double best = 1e9;
  for (int i = 0; i < 10; ++i) best = std::min(best, qcs::benchmarks::seconds_of(run));
  return work / best / 1e9;
}

/// Where the time of a step goes, and how long its products and convolutions would take at the speed that LibTorch has
/// with large ones.
void profile(int runs, const qcs::Placement& placement, auto&& step) {
  step();
  qcs::benchmarks::OperationTimes times;
  const double seconds = qcs::benchmarks::seconds_of([&] {
    for (int run = 0; run < runs; ++run) step();
  });
  times.print(seconds, 20);
  const torch::NoGradGuard no_grad;
  const auto type = placement.precision == qcs::Precision::kBfloat16 ? torch::kBFloat16 : torch::kFloat32;
  const auto a = torch::randn({2048, 2048}).to(type), x = torch::randn({8, 256, 28, 28}).to(type),
             w = torch::randn({256, 256, 3, 3}).to(type);
  const double product_speed = speed(std::pow(2048., 3), [&] { torch::mm(a, a); });
  const double convolution_speed =
      speed(8 * 28 * 28 * 9 * 256. * 256, [&] { torch::conv2d(x, w, {}, /*stride=*/1, /*padding=*/1); });
  const double products = times.product_work() / runs / 1e9, convolutions = times.convolution_work() / runs / 1e9;
  const double bound = products / product_speed + convolutions / convolution_speed;
  fmt::print(
      "a step: {:.2f} s; {:.0f} GMAC in products, which LibTorch makes at {:.0f} GMAC/s, {:.0f} in convolutions at "
      "{:.0f}: {:.2f} s at least, {:.0f} % of the step\n",
      seconds / runs, products, product_speed, convolutions, convolution_speed, bound, 100 * bound * runs / seconds);
}

void measure_forward(std::int64_t batch, int runs, const qcs::Placement& placement) {
  qcs::BaseBranch<qcs::Ir50> branch(qcs::NetworkOptions{.classes = 7, .execution = qcs::BranchExecution::kTogether});
  branch->eval();
  qcs::place(*branch, placement);
  const torch::InferenceMode inference;
  const auto images = placement.placed(torch::randn({batch, 3, 112, 112}));
  measure(runs, [&] { branch->forward(images); });
}

void measure_engine(std::int64_t batch, int runs, const qcs::Placement& placement) {
  auto builder = qcs::base_branch_builder<qcs::Ir50>(/*classes=*/7, qcs::transformer_for<qcs::Ir50>);
  for (const auto& [name, weight] : builder.weights())
    if (weight.is_floating_point()) torch::Tensor(weight).uniform_(0, .05);
  const qcs::TorchEngine engine(qcs::simplified(builder.graph()), placement);
  const auto images = torch::randn({batch, 3, 112, 112});
  measure(runs, [&] { engine.logits(images); });
}

void measure_norm(int runs) {
  Net network = network_of(qcs::BranchExecution::kTogether);
  for (auto& parameter : network->parameters()) parameter.mutable_grad() = torch::randn_like(parameter);
  const auto optimizer = qcs::make_optimizer(network->parameters(), {}, 3e-6);
  measure(runs, [&] { (void)qcs::gradient_norm_after(0, *optimizer); });
}

int run(int argc, char** argv) {
  if (argc < 4)
    throw qcs::program::UsageError(
        "usage: benchmark_train_step step|profile|forward|engine|norm BATCH RUNS [together|in-turn] [fp32|bf16] "
        "[contiguous|channels-last]");
  qcs::program::start_compute_threads(2);
  const std::string what = argv[1];
  const std::int64_t batch = std::stoi(argv[2]);
  const int runs = std::stoi(argv[3]);
  const std::vector<std::string> more(argv + 4, argv + argc);
  const auto given = [&]<class E>(E otherwise) {
    for (const auto& word : more)
      if (const auto value = qcs::find_enum<E>(word)) return *value;
    return otherwise;
  };
  const qcs::Placement placement{.precision = given(qcs::Precision::kFloat32),
                                 .format = given(qcs::MemoryFormat::kContiguous)};
  if (what == "forward")
    measure_forward(batch, runs, placement);
  else if (what == "engine")
    measure_engine(batch, runs, placement);
  else if (what == "norm")
    measure_norm(runs);
  else
    with_step(batch, given(qcs::BranchExecution::kTogether), placement, [&](auto&& step) {
      if (what == "profile")
        profile(runs, placement, step);
      else
        measure(runs, step);
    });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
