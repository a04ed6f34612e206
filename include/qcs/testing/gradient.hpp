// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/testing/random_guard.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::testing {

/// How a gradient is compared with difference quotients.
struct GradientOptions {
  int directions = 8;       ///< random ones that are compared
  double tolerance = 1e-5;  ///< relative
  double step = 1e-5;       ///< the longest, as a share of each tensor's size; kinks within it make it shorter
  int halvings = 5;         ///< times that a step is divided by eight before another direction is drawn
  int draws = 24;           ///< directions that are tried at most
  std::uint64_t seed = 1;
};

namespace detail {

/// A function of float64 tensors and its derivatives along directions.
class Slope {
 public:
  Slope(const io::NamedTensors& variables, const std::function<torch::Tensor()>& value)
      : variables_(variables), value_(value) {
    for (const auto& [name, tensor] : variables_) start_.push_back(tensor.detach().clone());
    std::vector<torch::Tensor> tensors;
    for (const auto& [name, tensor] : variables_) tensors.push_back(tensor);
    gradient_ = torch::autograd::grad({value_()}, tensors, {}, {}, /*create_graph=*/false,
                                      /*allow_unused=*/true);
    double squares = 0;
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < start_.size(); ++i) {
      // Relative to the tensor, so that no layer's kinks are nearer than those of another.
      scale_.push_back(std::max(1e-2, start_[i].square().mean().item<double>() > 0
                                          ? std::sqrt(start_[i].square().mean().item<double>())
                                          : 0.));
      if (gradient_[i].defined()) squares += (gradient_[i] * scale_[i]).square().sum().item<double>();
    }
    typical_ = std::sqrt(squares);
  }

  /// A direction of random entries, as large as each tensor's.
  std::vector<torch::Tensor> direction(std::uint64_t seed) const {
    std::vector<torch::Tensor> d;
    for (std::size_t i = 0; i < start_.size(); ++i)
      d.push_back(normal(start_[i].sizes(), seed * 1000003 + i, torch::kFloat64) * scale_[i]);
    return d;
  }

  /// What the gradient says about a direction.
  double said(const std::vector<torch::Tensor>& d) const {
    double sum = 0;
    for (std::size_t i = 0; i < d.size(); ++i)
      if (gradient_[i].defined() && d[i].defined()) sum += (gradient_[i].detach() * d[i]).sum().item<double>();
    return sum;
  }

  /// What the function does along it: a central difference quotient that half the step confirms; nothing if kinks lie
  /// in all steps.
  std::optional<double> seen(const std::vector<torch::Tensor>& d, const GradientOptions& o) const {
    double step = o.step;
    for (int i = 0; i <= o.halvings; ++i, step /= 8) {
      const double whole = quotient(d, step), half = quotient(d, step / 2);
      if (std::abs(whole - half) <= o.tolerance / 4 * std::max({std::abs(whole), std::abs(half), floor()})) return half;
    }
    return std::nullopt;
  }

  bool agree(double said, double seen, double tolerance) const {
    return std::abs(said - seen) <= tolerance * std::max({std::abs(said), std::abs(seen), floor()});
  }

  const io::NamedTensors& variables() const { return variables_; }

 private:
  /// Derivatives far below the usual one are differences of large numbers.
  double floor() const { return .1 * typical_ + 1e-12; }

  double quotient(const std::vector<torch::Tensor>& d, double step) const {
    const auto at = [&](double t) {
      move(d, t);
      const double value = value_().item<double>();
      move(d, 0);
      return value;
    };
    const double above = at(step), below = at(-step);
    return (above - below) / (2 * step);
  }

  void move(const std::vector<torch::Tensor>& d, double t) const {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < start_.size(); ++i)
      if (d[i].defined()) torch::Tensor(variables_[i].second).copy_(t == 0 ? start_[i] : start_[i] + d[i] * t);
  }

  const io::NamedTensors& variables_;
  const std::function<torch::Tensor()>& value_;
  std::vector<torch::Tensor> start_, gradient_;
  std::vector<double> scale_;
  double typical_ = 0;
};

/// The first variable along which alone the gradient is wrong, with both numbers; empty where none stands out.
inline std::string first_at_fault(const Slope& slope, const std::vector<torch::Tensor>& d, const GradientOptions& o) {
  constexpr std::size_t kMost = 64;  // two values of the function or more for each
  for (std::size_t i = 0; i < std::min(kMost, d.size()); ++i) {
    std::vector<torch::Tensor> alone(d.size());
    alone[i] = d[i];
    const auto seen = slope.seen(alone, o);
    if (seen && !slope.agree(slope.said(alone), *seen, o.tolerance))
      return fmt::format("; along `{}` alone {:.8g} and {:.8g}", slope.variables()[i].first, *seen, slope.said(alone));
  }
  return {};
}

}  // namespace detail

/// Compares the gradient of `value`, a 0-d float64 function, with central difference quotients along random directions
/// in the space of all `variables` (float64 leaves that require gradients, which come back as they were). Two steps
/// that disagree have a kink between them: a shorter step or another direction is taken. The gradient is wrong where
/// it differs from quotients that agree. `what` names the function in findings: "forward() in evaluation". `value`
/// should seed what it draws.
inline void check_gradient(Findings& findings, std::string_view what, const io::NamedTensors& variables,
                           const std::function<torch::Tensor()>& value, const GradientOptions& options = {}) {
  if (variables.empty()) return;
  findings.attempt(fmt::format("the gradient of {}", what), [&] {
    const detail::Slope slope(variables, value);
    int compared = 0, wrong = 0;
    std::string first;
    for (int draw = 0; draw < options.draws && compared < options.directions; ++draw) {
      const auto d = slope.direction(options.seed + static_cast<std::uint64_t>(draw));
      const auto seen = slope.seen(d, options);
      if (!seen) continue;
      ++compared;
      const double said = slope.said(d);
      if (slope.agree(said, *seen, options.tolerance) || ++wrong > 1) continue;
      first = fmt::format("direction {} changes the output by {:.8g}, its gradient says {:.8g}{}", compared, *seen,
                          said, detail::first_at_fault(slope, d, options));
    }
    if (wrong > 0)
      findings.add(
          fmt::format("the gradient of {} is wrong along {} of {} directions: {}", what, wrong, compared, first));
    else if (compared < options.directions)
      findings.add(
          fmt::format("the gradient of {} could be compared along {} of {} directions only: its output jumps "
                      "or changes from call to call",
                      what, compared, options.directions));
  });
}

}  // namespace qcs::testing
