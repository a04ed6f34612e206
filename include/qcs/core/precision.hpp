// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <qcs/core/enum_names.hpp>
#include <string_view>

namespace qcs {

/// In which numbers the passes of training are computed. Weights, gradients, losses, distances between tokens, norms
/// and the optimiser are float32 either way, and so is evaluation.
enum class Precision {
  kFloat32,   ///< as LibTorch is set; on CUDA its convolutions may use TF32
  kTf32,      ///< CUDA alone: products of matrices, too, with 10 bits of mantissa, forward and backward
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

}  // namespace qcs
