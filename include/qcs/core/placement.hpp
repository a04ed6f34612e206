// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/precision.hpp>
#include <qcs/core/torch.hpp>

namespace qcs {

/// Where and how tensors are computed with.
struct Placement {
  torch::Device device = torch::kCPU;
  Precision precision = Precision::kFloat32;
  MemoryFormat format = MemoryFormat::kContiguous;

  torch::MemoryFormat libtorch_format() const {
    return format == MemoryFormat::kChannelsLast ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  }

  /// A batch of images (B, C, H, W) there; one of no images may be undefined. From pinned memory the copy is
  /// asynchronous.
  torch::Tensor placed(const torch::Tensor& images) const {
    if (!images.defined()) return images;
    return images.to(device, /*non_blocking=*/images.is_pinned()).contiguous(libtorch_format());
  }
};

/// Moves a module to the device, and its four-dimensional parameters to the memory format.
inline void place(torch::nn::Module& module, const Placement& placement) {
  const torch::NoGradGuard no_grad;
  module.to(placement.device);
  for (auto& parameter : module.parameters())
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(placement.libtorch_format()));
}

}  // namespace qcs
