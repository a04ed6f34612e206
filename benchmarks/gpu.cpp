// SPDX-License-Identifier: MIT
//
// benchmark_gpu [RUNS [TUPLES...]]: milliseconds of a SAM step of full-size QCS and of the base branch in evaluation on
//   CUDA, the median of RUNS (default 10) after 3 that are not counted, for steps of 24 and 8 tuples or the ones named,
//   in every precision and memory format, with cuDNN's search for the fastest algorithm and without it. A line each:
//   step|forward TUPLES PRECISION,FORMAT[,search] MS ms N images/s, and the MiB of the device at the peak where this
//   LibTorch tells. QCS_TEST_DEVICE=cpu tries it out on the CPU.
// Needs LibTorch and fmt alone: gpu.py compiles it where there is no CMake and runs it beside the authors' code.

#include <cstdlib>
#include <exception>
#include <qcs/presets/networks.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <string>
#include <vector>

#include "compare.hpp"
#include "random_tuples.hpp"

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 9)
#define QCS_BENCHMARK_SEES_MEMORY 1
#include <c10/core/CachingDeviceAllocator.h>
#endif

namespace {

using Net = qcs::QcsNetwork<qcs::Ir50>;

void synchronize(torch::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize();
}

/// MiB that LibTorch had in use at most since the last call, as text.
std::string peak_memory(torch::Device device) {
  if (device.is_cpu()) return "";
#ifdef QCS_BENCHMARK_SEES_MEMORY
  auto* allocator = at::getDeviceAllocator(device.type());
  const auto index = device.has_index() ? device.index() : c10::DeviceIndex{0};
  const auto peak = allocator->getDeviceStats(index).allocated_bytes[0].peak;
  allocator->resetPeakStats(index);
  return fmt::format(" {} MiB", peak >> 20);
#else
  return "";
#endif
}

struct Benchmark {
  torch::Device device;
  int runs;
  Net network{qcs::NetworkOptions{.classes = 7}};

  /// `what` and the setting name the line; `images` go through the network in one call of `work`.
  void measure(const std::string& what, std::int64_t tuples, const std::string& setting, std::int64_t images,
               auto&& work) {
    const int unmeasured = device.is_cuda() ? 3 : 1;
    std::vector<double> seconds;
    peak_memory(device);
    for (int run = -unmeasured; run < runs; ++run) {
      synchronize(device);
      const double taken = qcs::benchmarks::seconds_of([&] {
        work();
        synchronize(device);
      });
      if (run >= 0) seconds.push_back(taken);
    }
    const double median = qcs::benchmarks::median(seconds);
    fmt::print("{} {} {} {:.2f} ms {:.1f} images/s{}\n", what, tuples, setting, 1e3 * median,
               static_cast<double>(images) / median, peak_memory(device));
    std::fflush(stdout);
  }

  void run(std::int64_t tuples, const qcs::Placement& placement, bool search) {
    at::globalContext().setBenchmarkCuDNN(search);
    const auto setting = fmt::format("{},{}{}", qcs::name_of(placement.precision), qcs::name_of(placement.format),
                                     search ? ",search" : "");
    qcs::place(*network, placement);
    network->train();
    {
      qcs::TupleStep<Net, qcs::SamStep> step(network, placement, qcs::make_optimizer(network->parameters(), {}, 3e-6),
                                             {}, 0, qcs::CrossEntropy());
      auto batch = qcs::benchmarks::random_tuples(tuples);
      qcs::place_batch(batch, placement);
      measure("step", tuples, setting, 4 * tuples, [&] { step.run(std::span(&batch, 1)); });
    }
    network->eval();
    const torch::NoGradGuard no_grad;
    const auto images = placement.placed(torch::randn({tuples, 3, 112, 112}));
    measure("forward", tuples, setting, tuples, [&] {
      const qcs::ComputePrecision precision(placement);
      network->forward(images);
    });
  }
};

void run(torch::Device device, int runs, const std::vector<std::int64_t>& batches) {
  Benchmark benchmark{.device = device, .runs = runs};
  for (const auto tuples : batches)
    for (const bool search : {true, false})
      for (const auto precision : {qcs::Precision::kBfloat16, qcs::Precision::kFloat32, qcs::Precision::kTf32})
        for (const auto format : {qcs::MemoryFormat::kChannelsLast, qcs::MemoryFormat::kContiguous}) {
          if (device.is_cpu() && (search || precision == qcs::Precision::kTf32)) continue;  // there is none of these
          benchmark.run(tuples, {.device = device, .precision = precision, .format = format}, search);
        }
}

}  // namespace

int main(int argc, char** argv) try {
  const char* asked = std::getenv("QCS_TEST_DEVICE");
  const torch::Device device(asked != nullptr ? asked : "cuda");
  if (device.is_cuda() && !torch::cuda::is_available()) {
    fmt::print("skipped: no CUDA device\n");
    return 0;
  }
  const int runs = argc > 1 ? std::stoi(argv[1]) : device.is_cpu() ? 1 : 10;
  std::vector<std::int64_t> batches;
  for (int i = 2; i < argc; ++i) batches.push_back(std::stoi(argv[i]));
  if (batches.empty()) batches = device.is_cpu() ? std::vector<std::int64_t>{1} : std::vector<std::int64_t>{24, 8};
  run(device, runs, batches);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "error: {}\nusage: benchmark_gpu [RUNS [TUPLES...]]\n", error.what());
  return 1;
}
