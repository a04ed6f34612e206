// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <qcs/model/attention/residual.hpp>
#include <qcs/testing/gradient.hpp>

namespace qcs::testing {

/// Checks a residual form on made-up tokens: shapes, dtypes and finite numbers of sum() and finish(), that the
/// attention's update and the feed-forward path arrive in the result, and the gradient against difference quotients.
/// Throws CheckError with everything that is wrong.
template <class R>
void check_residual(const GradientOptions& gradient = {}) {
  static_assert(CheckedResidual<R>::kValid);
  if constexpr (ResidualPolicy<R>) {
    Findings findings("residual", part_name<R>());
    check_name<R>(findings);
    const RandomGuard guard;
    io::NamedTensors variables;
    for (const auto* name : {"tokens", "normed", "update", "feed-forward weights"})
      variables.emplace_back(name, normal(variables.size() < 3 ? c10::IntArrayRef({2, 5, 8}) : c10::IntArrayRef({8, 8}),
                                          variables.size() + 3, torch::kFloat64)
                                       .set_requires_grad(true));
    int norms = 0, layers = 0;
    const auto norm = [&](const torch::Tensor& x) {
      ++norms;
      return torch::layer_norm(x, {8});
    };
    const auto feed_forward = [&](const torch::Tensor& x) {
      ++layers;
      return torch::matmul(x, variables[3].second).tanh();
    };
    const auto& tokens = variables[0].second;
    const std::function<torch::Tensor()> value = [&] {
      const auto sum = R::sum(tokens, variables[1].second, variables[2].second);
      const auto out = R::finish(sum, norm, feed_forward);
      for (const auto& [name, x] : {std::pair("sum()", sum), std::pair("finish()", out)}) {
        findings.require(x.sizes() == tokens.sizes(),
                         fmt::format("{} gives shape ({}), expected that of its input, "
                                     "({})",
                                     name, fmt::join(x.sizes(), ", "), fmt::join(tokens.sizes(), ", ")));
        findings.require(x.scalar_type() == torch::kFloat64, fmt::format("{} does not keep float64", name));
        findings.require(is_finite(x), fmt::format("{} gives numbers that are not finite", name));
      }
      return (out * normal(out.sizes(), 77, torch::kFloat64)).sum();
    };
    if (findings.attempt("sum() or finish()", [&] {
          const auto result = value();
          const auto gradients = torch::autograd::grad({result}, {variables[2].second, variables[3].second}, {}, {},
                                                       false, /*allow_unused=*/true);
          findings.require(gradients[0].defined(), "the attention's update does not arrive in the result");
          findings.require(gradients[1].defined(), "the feed-forward path does not arrive in the result");
          findings.require(norms > 0 && layers > 0, "finish() must call norm and feed_forward");
        }))
      check_gradient(findings, "sum() and finish()", variables, value, gradient);
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
