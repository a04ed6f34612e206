// SPDX-License-Identifier: MIT
#pragma once

#include <numeric>
#include <qcs/train/optimizer/weight_average.hpp>
#include <qcs/train/step/placed_batches.hpp>

#include "support.hpp"

// CUDA's own headers come with its toolkit and, beside LibTorch, with the wheels nvidia-cuda-runtime.
#if TORCH_VERSION_MAJOR >= 2 && __has_include(<cuda_runtime_api.h>) && __has_include(<c10/cuda/CUDAFunctions.h>)
#define QCS_TEST_SEES_WAITS 1
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace cuda_test {

#ifdef QCS_TEST_SEES_WAITS

/// Counts how often LibTorch waits for the device, for as long as it lives.
class Waits : c10::WarningHandler {
 public:
  Waits() : guard_(this) { c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_WARN); }
  ~Waits() override { c10::cuda::warning_state().set_sync_debug_mode(c10::cuda::SyncDebugMode::L_DISABLED); }
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  void process(const c10::Warning& warning) override {
    if (warning.msg().find("synchronizing") != std::string::npos)
      ++count_;
    else
      fmt::print("       LibTorch: {}\n", warning.msg());
  }

  int count() const { return count_; }

 private:
  c10::WarningUtils::WarningHandlerGuard guard_;
  int count_ = 0;
};

/// That a wait is seen at all, and how many a step of SAM, the average of the weights and the next batches cost.
inline void check_waits(Checks& checks, torch::Device device) {
  {
    const auto value = torch::ones({}, device);
    const Waits waits;
    (void)value.item<float>();
    checks.that(device.is_cpu() ? waits.count() == 0 : waits.count() == 1, "a look at a value counts as one wait");
  }
  for (const auto kind : {qcs::OptimizerKind::kAdam, qcs::OptimizerKind::kAdamW, qcs::OptimizerKind::kSgd})
    for (const auto precision : {qcs::Precision::kFloat32, qcs::Precision::kBfloat16}) {
      const qcs::Placement placement{
          .device = device, .precision = precision, .format = qcs::MemoryFormat::kChannelsLast};
      Run<qcs::Quadruplet> run({.placement = placement, .optimizer = kind, .dropout = .1});
      qcs::WeightAverage average(*run.network, .99);
      std::vector<qcs::TupleBatch<qcs::Quadruplet>> batches;
      for (int number = 0; number < 4; ++number) batches.push_back(run.batch(number));
      std::vector<int> counts;
      qcs::PlacedBatches placed(batches, placement);
      const Waits waits;
      for (auto& batch : placed) {
        const int before = waits.count();
        run.step->run(std::span(&batch, 1));
        average.update();
        counts.push_back(waits.count() - before);
      }
      const auto what = fmt::format("{} {}", qcs::name_of(kind), name_of(placement));
      checks.at_most(counts.back(), 2, what + ": waits for the device in a SAM step and the average's");
      checks.at_most(waits.count() - std::accumulate(counts.begin(), counts.end(), 0), 0,
                     what + ": waits for the device between steps");
    }
}

#else

inline void check_waits(Checks& /*checks*/, torch::Device /*device*/) {
  fmt::print("       waits for the device: not compiled: no CUDA headers\n");
}

#endif

}  // namespace cuda_test
