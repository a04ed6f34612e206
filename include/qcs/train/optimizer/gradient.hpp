// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <vector>

namespace qcs {

/// Calls visit(weight, gradient, index among all parameters) for every parameter of `optimizer` that has a gradient.
void for_each_gradient(torch::optim::Optimizer& optimizer, auto visit) {
  std::size_t index = 0;
  for (auto& group : optimizer.param_groups())
    for (auto& parameter : group.params()) {
      if (parameter.grad().defined()) visit(parameter, parameter.grad(), index);
      ++index;
    }
}

/// How a number that is not finite is called.
inline const char* not_finite(double value) { return std::isnan(value) ? "not a number" : "infinite"; }

/// Returns the norm of a gradient, or throws NumericError if it is not finite.
inline double checked_norm(double norm) {
  if (!std::isfinite(norm)) throw NumericError(fmt::format("the gradient became {}", not_finite(norm)));
  return norm;
}

/// Norm of the vector that these tensors are together, 0-d, where they are; a fixed number of launches on CUDA. There
/// must be one at least.
inline torch::Tensor joint_norm(const std::vector<torch::Tensor>& parts) {
  return torch::stack(at::_foreach_norm(parts)).norm();
}

/// Multiplies tensors, of which there is one at least, by a 0-d tensor where they are; LibTorch 2.1 or newer waits for
/// nothing.
inline void scale_all(const std::vector<torch::Tensor>& tensors, const torch::Tensor& factor) {
#if TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 201
  at::_foreach_mul_(tensors, factor.to(tensors[0].scalar_type()));
#else
  at::_foreach_mul_(tensors, factor.item());
#endif
}

/// The parameters of an optimiser that have a gradient, and their gradients.
struct Gradients {
  std::vector<torch::Tensor> parameters = {}, gradients = {};
  std::vector<std::size_t> indices = {};  ///< among all parameters

  static Gradients of(torch::optim::Optimizer& optimizer) {
    Gradients all;
    for_each_gradient(optimizer, [&](const torch::Tensor& parameter, const torch::Tensor& gradient, std::size_t index) {
      all.parameters.push_back(parameter);
      all.gradients.push_back(gradient);
      all.indices.push_back(index);
    });
    return all;
  }

  /// Norm of all gradients as one vector, 0 where there is none; 0-d.
  torch::Tensor norm() const { return gradients.empty() ? torch::zeros({}, torch::kFloat64) : joint_norm(gradients); }
};

/// Norm of all gradients as one vector, worked out here. Throws NumericError if it is not finite.
inline double checked_gradient_norm(torch::optim::Optimizer& optimizer) {
  const torch::NoGradGuard no_grad;
  return checked_norm(Gradients::of(optimizer).norm().item<double>());
}

/// The same after a pass: where the pass has measured it (see StepMeasures), what it
/// measured. Throws NumericError if it is not finite.
double gradient_norm_after(const auto& measured, torch::optim::Optimizer& optimizer) {
  if constexpr (requires { measured.gradient_norm; })
    return checked_norm(measured.gradient_norm);
  else
    return checked_gradient_norm(optimizer);
}

/// Scales all gradients, whose norm as one vector is `norm`, down to length `limit` if they are longer; 0 sets no limit
/// (Pascanu et al., ICML 2013).
inline void clip_gradients(torch::optim::Optimizer& optimizer, double norm, double limit) {
  if (limit <= 0 || norm <= limit) return;
  const torch::NoGradGuard no_grad;
  at::_foreach_mul_(Gradients::of(optimizer).gradients, limit / norm);
}

/// The same with a norm worked out here, for a step that has changed the gradients. Throws NumericError if it is not
/// finite.
inline void check_and_clip_gradients(torch::optim::Optimizer& optimizer, double limit) {
  clip_gradients(optimizer, checked_gradient_norm(optimizer), limit);
}

}  // namespace qcs
