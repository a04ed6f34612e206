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

/// Norm of a vector whose parts have these norms, 0-d. Throws NumericError if it is not finite.
inline torch::Tensor joint_norm(const std::vector<torch::Tensor>& norms) {
  const auto norm = torch::stack(norms).norm();
  const double value = norm.item<double>();
  if (!std::isfinite(value)) throw NumericError(fmt::format("the gradient became {}", not_finite(value)));
  return norm;
}

/// Looks at all gradients as one vector: throws NumericError if its norm is not finite, and scales it down to length
/// `limit` if it is longer; 0 sets no limit (Pascanu et al., ICML 2013).
inline void check_and_clip_gradients(torch::optim::Optimizer& optimizer, double limit) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> norms;
  for_each_gradient(optimizer,
                    [&](const torch::Tensor&, const torch::Tensor& g, std::size_t) { norms.push_back(g.norm()); });
  if (norms.empty()) return;
  const double norm = joint_norm(norms).item<double>();
  if (limit <= 0 || norm <= limit) return;
  for_each_gradient(optimizer, [&](const torch::Tensor&, torch::Tensor g, std::size_t) { g.mul_(limit / norm); });
}

}  // namespace qcs
