// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <qcs/core/generator.hpp>
#include <qcs/core/torch.hpp>
#include <vector>

namespace qcs::testing {

/// Keeps the state of LibTorch's generators and puts it back in the end, so that a check leaves no trace.
class RandomGuard {
 public:
  RandomGuard() {
    for (const auto& device : devices()) kept_.push_back(generator_of(device).get_state());
  }
  RandomGuard(const RandomGuard&) = delete;
  RandomGuard& operator=(const RandomGuard&) = delete;
  ~RandomGuard() {
    const auto all = devices();
    for (std::size_t i = 0; i < kept_.size(); ++i) generator_of(all[i]).set_state(kept_[i]);
  }

  /// The CPU and every CUDA device at hand.
  static std::vector<torch::Device> devices() {
    std::vector<torch::Device> all{torch::kCPU};
    const auto count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
    for (int i = 0; i < count; ++i) all.emplace_back(torch::kCUDA, static_cast<c10::DeviceIndex>(i));
    return all;
  }

 private:
  std::vector<torch::Tensor> kept_;
};

/// Normal(0, 1) numbers on the CPU that depend on the seed alone.
inline torch::Tensor normal(c10::IntArrayRef sizes, std::uint64_t seed, torch::Dtype dtype = torch::kFloat32) {
  return torch::randn(sizes, at::make_generator<at::CPUGeneratorImpl>(seed), torch::TensorOptions(torch::kFloat64))
      .to(dtype);
}

/// Whether every number of a tensor is finite; not of an undefined one.
inline bool is_finite(const torch::Tensor& tensor) { return tensor.defined() && tensor.isfinite().all().item<bool>(); }

}  // namespace qcs::testing
