// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/autocast.hpp>

namespace qcs {

namespace detail {

/// torch::bmm with the batch dealt out to the compute threads, each multiplying its share alone. Without MKL (Debian's
/// LibTorch) torch::bmm multiplies one matrix after the other and wakes all threads for each, which for matrices as
/// small as an attention head's costs more than the products.
inline torch::Tensor bmm_by_thread(const torch::Tensor& a, const torch::Tensor& b) {
  auto out = torch::empty({a.size(0), a.size(1), b.size(2)}, a.options());
  at::parallel_for(0, a.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
    const at::AutoDispatchBelowADInplaceOrView no_autograd;  // thread-local, hence in here
    auto share = out.slice(0, begin, end);
    at::bmm_out(share, a.slice(0, begin, end), b.slice(0, begin, end));
  });
  return out;
}

struct BatchedMatmulFunction : torch::autograd::Function<BatchedMatmulFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& a,
                               const torch::Tensor& b) {
    context->save_for_backward({a, b});
    return bmm_by_thread(a, b);
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto& gradient = gradients[0];
    return {bmm_by_thread(gradient, saved[1].transpose(1, 2)), bmm_by_thread(saved[0].transpose(1, 2), gradient)};
  }
};

}  // namespace detail

/// Matrix products of two stacks, (..., M, K) times (..., K, N) -> (..., M, N) with equal leading dimensions: what
/// torch::matmul returns, under autocast too, faster on a CPU. Gradients flow once, not twice.
inline torch::Tensor batched_matmul(const torch::Tensor& a, const torch::Tensor& b) {
  if (!a.device().is_cpu() || at::hasMKL()) return torch::matmul(a, b);
  auto shape = a.sizes().vec();
  shape.back() = b.size(-1);
  const auto type = product_type(a.device());
  const auto stack = [&](const torch::Tensor& x) {
    const auto factor = type ? at::autocast::cached_cast(*type, x, torch::kCPU) : x;
    return factor.reshape({-1, x.size(-2), x.size(-1)});
  };
  return detail::BatchedMatmulFunction::apply(stack(a), stack(b)).reshape(shape);
}

}  // namespace qcs
