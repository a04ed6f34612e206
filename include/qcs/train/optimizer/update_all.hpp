// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <qcs/core/torch.hpp>
#include <vector>

namespace qcs::detail {

using TensorVector = std::vector<torch::Tensor>;

/// Whether the tensors of `others` lie in memory as `tensors` do, which the fused optimisers ask for.
inline bool lie_alike(const TensorVector& tensors, const TensorVector& others) {
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (others[i].scalar_type() != tensors[i].scalar_type() || others[i].strides() != tensors[i].strides() ||
        !others[i].is_non_overlapping_and_dense())
      return false;
  return true;
}

/// Parameters that have met the same number of steps, their gradients, and what Adam keeps for them.
struct AdamLists {
  TensorVector weights = {}, gradients = {}, means = {}, squares = {};
};

/// Step number `step`, from 1, of Adam, or of AdamW with `decoupled` decay, for all parameters of the lists (Kingma and
/// Ba, ICLR 2015; Loshchilov and Hutter, ICLR 2019).
inline void update_adam(AdamLists& l, const auto& options, double step, bool decoupled) {
  const auto [beta1, beta2] = options.betas();
  const double decay = options.weight_decay(), rate = options.lr();
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 204  // since then on a CPU, too, where tests are
  if (lie_alike(l.weights, l.gradients) && lie_alike(l.weights, l.means) && lie_alike(l.weights, l.squares)) {
    const TensorVector steps(l.weights.size(), torch::full({}, step, l.weights[0].options().dtype(torch::kFloat32)));
    const auto update = decoupled ? &at::_ops::_fused_adamw_::call : &at::_ops::_fused_adam_::call;
    update(l.weights, l.gradients, l.means, l.squares, {}, steps, rate, beta1, beta2, decay, options.eps(),
           /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, /*found_inf=*/{});
    return;
  }
#endif
  auto gradients = l.gradients;
  if (decay != 0 && decoupled) at::_foreach_mul_(l.weights, 1 - rate * decay);
  if (decay != 0 && !decoupled) gradients = at::_foreach_add(gradients, l.weights, decay);
  at::_foreach_mul_(l.means, beta1);
  at::_foreach_add_(l.means, gradients, 1 - beta1);
  at::_foreach_mul_(l.squares, beta2);
  at::_foreach_addcmul_(l.squares, gradients, gradients, 1 - beta2);
  auto denominators = at::_foreach_sqrt(l.squares);
  at::_foreach_div_(denominators, std::sqrt(1 - std::pow(beta2, step)));
  at::_foreach_add_(denominators, options.eps());
  at::_foreach_addcdiv_(l.weights, l.means, denominators, -rate / (1 - std::pow(beta1, step)));
}

/// A step of SGD for all parameters together; `momenta`, none without momentum, are zero before the first step:
/// momentum * 0 + gradient is what LibTorch starts with.
inline void update_sgd(TensorVector& weights, TensorVector gradients, TensorVector& momenta, const auto& options) {
  const double decay = options.weight_decay(), momentum = options.momentum();
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 204  // since then on a CPU, too, where tests are
  if (lie_alike(weights, gradients) && (momenta.empty() || lie_alike(weights, momenta))) {
    at::_fused_sgd_(weights, gradients, momenta, decay, momentum, options.lr(), /*dampening=*/0, /*nesterov=*/false,
                    /*maximize=*/false, /*is_first_step=*/false);
    return;
  }
#endif
  if (decay != 0) gradients = at::_foreach_add(gradients, weights, decay);
  if (!momenta.empty()) {
    at::_foreach_mul_(momenta, momentum);
    at::_foreach_add_(momenta, gradients);
    gradients = momenta;
  }
  at::_foreach_add_(weights, gradients, -options.lr());
}

}  // namespace qcs::detail
