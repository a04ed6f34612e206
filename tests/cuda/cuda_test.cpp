// SPDX-License-Identifier: MIT
//
// What a CUDA device has to keep: the CPU's numbers, resumed runs to the bit, undone steps, the order of batches, few
// waits. QCS_TEST_DEVICE=cpu does the same on the CPU. Needs LibTorch and fmt alone; benchmarks/gpu.py compiles it
// where there is no CMake.

#include <cstdlib>
#include <exception>

#include "feeding.hpp"
#include "optimizers.hpp"
#include "parity.hpp"
#include "stepping.hpp"
#include "waits.hpp"

namespace {

using namespace cuda_test;

void check_all(Checks& checks, torch::Device device) {
  const auto formats = {qcs::MemoryFormat::kContiguous, qcs::MemoryFormat::kChannelsLast};
  check_parity<qcs::Dual>(checks, device, torch::kFloat64, 1e-8);
  check_parity<qcs::Quadruplet>(checks, device, torch::kFloat64, 1e-8);
  check_parity<qcs::Dual>(checks, device, torch::kFloat32, 1e-3);
  check_parity<qcs::Quadruplet>(checks, device, torch::kFloat32, 1e-3);
  check_ir50(checks, device);
  check_bfloat16<qcs::Dual>(checks, device);
  check_bfloat16<qcs::Quadruplet>(checks, device);
  check_distances(checks, device);
  check_tf32(checks, device);
  check_optimizers(checks, device);
  for (const auto format : formats) check_feeding(checks, {.device = device, .format = format});
  check_waits(checks, device);

  // From here on LibTorch chooses algorithms that give the same bits every time; where it has none it says so.
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/true);
  at::globalContext().setDeterministicCuDNN(true);
  for (const auto precision : {qcs::Precision::kFloat32, qcs::Precision::kBfloat16})
    for (const auto format : formats) {
      const qcs::Placement placement{.device = device, .precision = precision, .format = format};
      check_resumption<qcs::Dual>(checks, placement);
      check_resumption<qcs::Quadruplet>(checks, placement);
      check_undone<qcs::Dual>(checks, placement);
      check_undone<qcs::Quadruplet>(checks, placement);
    }
}

}  // namespace

int main() try {
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // without it cuBLAS may change bits; read once
  const char* asked = std::getenv("QCS_TEST_DEVICE");
  const torch::Device device(asked != nullptr ? asked : "cuda");
  if (device.is_cuda() && !torch::cuda::is_available()) {
    fmt::print("skipped: no CUDA device\n");
    return 0;
  }
  Checks checks;
  check_all(checks, device);
  fmt::print("{} on {}\n",
             checks.failed() == 0 ? "all checks passed" : fmt::format("{} checks FAILED", checks.failed()),
             device.str());
  return checks.failed() == 0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "FAILED with an exception: {}\n", error.what());
  return 1;
}
