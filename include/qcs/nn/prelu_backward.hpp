// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <qcs/core/torch.hpp>
#include <type_traits>
#include <vector>

namespace qcs::detail {

/// Whether prelu_gradients takes tensors of this type.
inline bool prelu_takes(torch::ScalarType type) {
  return type == torch::kFloat32 || type == torch::kFloat64 || type == torch::kBFloat16;
}

/// bfloat16 by its bits: compilers make vector instructions of this, not of c10::BFloat16's own conversions.
struct BFloat16Bits {
  std::uint16_t bits;

  BFloat16Bits() = default;
  explicit BFloat16Bits(float value) {
    const auto all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (all + 0x7fffU + ((all >> 16U) & 1U)) >> 16U;
    bits = static_cast<std::uint16_t>(value != value ? 0x7fc0U : rounded);
  }
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }
};

/// A dense tensor (B, channels, ...) as it lies in memory: `outer` blocks of `channels` rows of `inner` values; inner
/// is 1 where channels come last.
struct ChannelRows {
  std::int64_t outer, channels, inner;

  static ChannelRows of(const torch::Tensor& x) {
    const std::int64_t channels = x.size(1), rest = x.numel() / channels;
    if (x.is_contiguous()) return {x.size(0), channels, rest / x.size(0)};
    return {rest, channels, 1};
  }

  /// x, or a copy of it, such that it lies as this says.
  static torch::Tensor dense(const torch::Tensor& x) { return x.contiguous(x.suggest_memory_format()); }
};

/// first ? a : b by their bits, without the branch that compilers take where a or b is a product, as that may trap.
template <class W>
W chosen(bool first, W a, W b) {
  using Bits = std::conditional_t<sizeof(W) == 4, std::uint32_t, std::uint64_t>;
  const Bits mask = Bits{0} - Bits{first};
  return std::bit_cast<W>((std::bit_cast<Bits>(a) & mask) | (std::bit_cast<Bits>(b) & ~mask));
}

/// Gradient of x into `dx`, of the weight into `dw`. Sums are formed in an order that the number of threads does not
/// change.
template <class T, class W>
void prelu_backward(const T* x, const W* weight, const T* g, T* dx, W* dw, ChannelRows rows) {
  constexpr std::int64_t kLanes = 16, kParts = 64;
  if (rows.inner > 1) {
    at::parallel_for(0, rows.channels, 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto c = begin; c < end; ++c) {
        const W w = weight[c];
        double sum = 0;
        for (std::int64_t block = 0; block < rows.outer; ++block) {
          const auto start = (block * rows.channels + c) * rows.inner;
          std::array<W, kLanes> lanes{};
          const auto add = [&](std::int64_t i, W& lane) {
            const W v = static_cast<W>(x[start + i]), slope = static_cast<W>(g[start + i]);
            dx[start + i] = T(chosen(v > 0, slope, w * slope));
            lane += chosen(v > 0, W(0), v * slope);
          };
          std::int64_t i = 0;
          for (; i + kLanes <= rows.inner; i += kLanes)
            for (std::int64_t lane = 0; lane < kLanes; ++lane) add(i + lane, lanes[static_cast<std::size_t>(lane)]);
          for (; i < rows.inner; ++i) add(i, lanes[0]);
          for (const W lane : lanes) sum += lane;
        }
        dw[c] = static_cast<W>(sum);
      }
    });
    return;
  }
  const auto part_rows = (rows.outer + kParts - 1) / kParts;
  const auto parts = (rows.outer + part_rows - 1) / part_rows;
  std::vector<W> sums(static_cast<std::size_t>(parts * rows.channels), W(0));
  at::parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto part = begin; part < end; ++part) {
      W* sum = sums.data() + part * rows.channels;
      for (auto row = part * part_rows; row < std::min(rows.outer, (part + 1) * part_rows); ++row)
        for (std::int64_t c = 0; c < rows.channels; ++c) {
          const auto at = row * rows.channels + c;
          const W v = static_cast<W>(x[at]), slope = static_cast<W>(g[at]);
          dx[at] = T(chosen(v > 0, slope, weight[c] * slope));
          sum[c] += chosen(v > 0, W(0), v * slope);
        }
    }
  });
  for (std::int64_t c = 0; c < rows.channels; ++c) {
    double sum = 0;
    for (std::int64_t part = 0; part < parts; ++part) sum += sums[static_cast<std::size_t>(part * rows.channels + c)];
    dw[c] = static_cast<W>(sum);
  }
}

/// Calls visit(T*, W*) with null pointers of the types that stand for a tensor's values and for weights.
auto with_prelu_types(torch::ScalarType type, auto&& visit) {
  if (type == torch::kFloat64) return visit(static_cast<double*>(nullptr), static_cast<double*>(nullptr));
  if (type == torch::kFloat32) return visit(static_cast<float*>(nullptr), static_cast<float*>(nullptr));
  return visit(static_cast<BFloat16Bits*>(nullptr), static_cast<float*>(nullptr));
}

/// The gradients of PReLU's input x (B, channels, ...), in its type and memory format, and of its weight (channels), in
/// one pass over x and the gradient of its output.
inline std::vector<torch::Tensor> prelu_gradients(const torch::Tensor& x, const torch::Tensor& weight,
                                                  const torch::Tensor& gradient) {
  const auto in = ChannelRows::dense(x);
  const auto g = gradient.to(x.scalar_type()).contiguous(in.suggest_memory_format());
  auto dx = torch::empty_like(in);
  torch::Tensor dw;
  with_prelu_types(x.scalar_type(), [&]<class T, class W>(T*, W*) {
    const auto w = weight.to(c10::CppTypeToScalarType<W>::value).contiguous();  // float32 beside bfloat16
    dw = torch::empty_like(w);
    prelu_backward(static_cast<const T*>(in.data_ptr()), static_cast<const W*>(w.data_ptr()),
                   static_cast<const T*>(g.data_ptr()), static_cast<T*>(dx.data_ptr()), static_cast<W*>(dw.data_ptr()),
                   ChannelRows::of(in));
  });
  return {dx, dw.to(weight.scalar_type())};
}

}  // namespace qcs::detail
