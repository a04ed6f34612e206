// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/torch.hpp>
#include <qcs/experiment/run_options.hpp>
#include <qcs/program/process.hpp>
#include <string>

namespace qcs::program {

/// The device called `name`: cpu, cuda, cuda:N, or auto. Throws UsageError if LibTorch cannot use it.
inline torch::Device device(const std::string& name) {
  if (name == "auto") return best_device();
  try {
    const torch::Device device(name);
    if (device.is_cuda() && !torch::cuda::is_available())
      throw UsageError(fmt::format("--device {}: this LibTorch sees no CUDA device", name));
    if (device.is_cuda() && device.has_index() && device.index() >= static_cast<int>(torch::cuda::device_count()))
      throw UsageError(fmt::format("--device {}: there are {} CUDA devices", name, torch::cuda::device_count()));
    if (device.is_cuda() || device.is_cpu()) return device;
  } catch (const c10::Error&) {
  }
  throw UsageError(fmt::format("unknown device `{}`, expected auto, cpu, cuda or cuda:N", name));
}

}  // namespace qcs::program
