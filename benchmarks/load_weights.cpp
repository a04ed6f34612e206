// SPDX-License-Identifier: MIT
//
// benchmark_load_weights FILE: seconds to read the weights of a file, MiB of memory at the peak beyond what the process
// had before, MiB of the tensors. load_weights.py compares it with torch.load.

#include <chrono>
#include <qcs/program/process.hpp>
#include <qcs/weights/weight_file.hpp>

#include "compare.hpp"

int main(int argc, char** argv) {
  return qcs::program::run_program([&] {
    if (argc != 2) throw qcs::program::UsageError("usage: benchmark_load_weights FILE");
    const double before = qcs::benchmarks::memory("VmRSS");
    const auto start = std::chrono::steady_clock::now();
    const auto file = qcs::read_weight_file(argv[1]);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    double bytes = 0;
    for (const auto& [name, tensor] : file.tensors) bytes += static_cast<double>(tensor.nbytes());
    fmt::print("{} {} {}\n", elapsed.count(), qcs::benchmarks::memory("VmHWM") - before, bytes / (1 << 20));
    return 0;
  });
}
