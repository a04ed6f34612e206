// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/torch.hpp>
#include <string_view>

namespace qcs {

/// In which numbers the passes of training are computed. Weights, gradients, losses, distances between tokens, norms
/// and the optimiser are float32 either way, and so is evaluation.
enum class Precision {
  kFloat32,   ///< as LibTorch is set; on CUDA its convolutions may use TF32
  kTf32,      ///< CUDA alone: products of matrices, too, with 10 bits of mantissa
  kBfloat16,  ///< autocast: convolutions and products of matrices with 7 bits of mantissa
};
template <>
struct EnumNames<Precision> {
  static constexpr std::string_view kWhat = "precision";
  static constexpr std::array<std::string_view, 3> kNames{"fp32", "tf32", "bf16"};
};

/// How images, features and the weights of convolutions lie in memory.
enum class MemoryFormat {
  kContiguous,    ///< channel after channel
  kChannelsLast,  ///< pixel after pixel, as the convolutions of oneDNN and cuDNN would have it
};
template <>
struct EnumNames<MemoryFormat> {
  static constexpr std::string_view kWhat = "memory format";
  static constexpr std::array<std::string_view, 2> kNames{"contiguous", "channels-last"};
};

/// Where and how tensors are computed with.
struct Placement {
  torch::Device device = torch::kCPU;
  Precision precision = Precision::kFloat32;
  MemoryFormat format = MemoryFormat::kContiguous;

  torch::MemoryFormat libtorch_format() const {
    return format == MemoryFormat::kChannelsLast ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
  }

  /// A batch of images (B, C, H, W) there. From pinned memory the copy is asynchronous.
  torch::Tensor placed(const torch::Tensor& images) const {
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
