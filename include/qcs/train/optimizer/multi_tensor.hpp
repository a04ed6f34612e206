// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <qcs/core/torch.hpp>
#include <qcs/train/optimizer/optimizer_key.hpp>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// What `optimizer` keeps for a parameter; made by `start(state)` where there is nothing yet.
template <class State>
State& optimizer_state_of(torch::optim::Optimizer& optimizer, const torch::Tensor& parameter, auto&& start) {
  auto& kept = optimizer.state()[optimizer_key(optimizer, parameter)];
  if (!kept) {
    auto fresh = std::make_unique<State>();
    start(*fresh);
    kept = std::move(fresh);
  }
  return static_cast<State&>(*kept);
}

/// Whether LibTorch's own loop over the parameters is to step: one parameter after the other costs nothing on a CPU.
inline bool steps_one_by_one(const torch::optim::Optimizer& optimizer) {
  for (const auto& group : optimizer.param_groups())
    for (const auto& parameter : group.params())
      if (!parameter.device().is_cpu()) return false;
  return true;
}

}  // namespace detail

/// LibTorch's Adam or AdamW, which keeps what that keeps, with steps that on CUDA take a number of launches that does
/// not depend on the number of parameters.
template <class Base, class Options, class State>
class BasicMultiTensorAdam : public Base {
 public:
  using Base::Base;

  torch::Tensor step(torch::optim::Optimizer::LossClosure closure = nullptr) override {
    if (closure || detail::steps_one_by_one(*this)) return Base::step(std::move(closure));
    step_together();
    return {};
  }

  /// The step for all parameters together, on any device. Without AMSGrad.
  void step_together() {
    const torch::NoGradGuard no_grad;
    for (auto& group : this->param_groups()) {
      const auto& options = static_cast<const Options&>(group.options());
      std::map<std::int64_t, Lists> by_step;  // a parameter may have had a gradient later than others
      for (const auto& w : group.params()) {
        if (!w.grad().defined()) continue;
        auto& state = detail::optimizer_state_of<State>(*this, w, [&](State& fresh) {
          fresh.exp_avg(torch::zeros_like(w));
          fresh.exp_avg_sq(torch::zeros_like(w));
        });
        state.step(state.step() + 1);
        auto& lists = by_step[state.step()];
        lists.weights.push_back(w);
        lists.gradients.push_back(w.grad());
        lists.means.push_back(state.exp_avg());
        lists.squares.push_back(state.exp_avg_sq());
      }
      for (auto& [step, lists] : by_step) update(lists, options, static_cast<double>(step));
    }
  }

 private:
  struct Lists {
    std::vector<torch::Tensor> weights = {}, gradients = {}, means = {}, squares = {};
  };

  static void update(Lists& l, const Options& options, double step) {
    const auto [beta1, beta2] = options.betas();
    const double decay = options.weight_decay(), rate = options.lr();
    auto gradients = l.gradients;
    if (decay != 0) {
      if constexpr (std::same_as<Base, torch::optim::AdamW>)
        at::_foreach_mul_(l.weights, 1 - rate * decay);
      else
        gradients = at::_foreach_add(gradients, l.weights, decay);
    }
    at::_foreach_mul_(l.means, beta1);
    at::_foreach_add_(l.means, gradients, 1 - beta1);
    at::_foreach_mul_(l.squares, beta2);
    at::_foreach_addcmul_(l.squares, gradients, gradients, 1 - beta2);
    auto denominators = at::_foreach_sqrt(l.squares);
    at::_foreach_div_(denominators, std::sqrt(1 - std::pow(beta2, step)));
    at::_foreach_add_(denominators, options.eps());
    at::_foreach_addcdiv_(l.weights, l.means, denominators, -rate / (1 - std::pow(beta1, step)));
  }
};

using MultiTensorAdam =
    BasicMultiTensorAdam<torch::optim::Adam, torch::optim::AdamOptions, torch::optim::AdamParamState>;
using MultiTensorAdamW =
    BasicMultiTensorAdam<torch::optim::AdamW, torch::optim::AdamWOptions, torch::optim::AdamWParamState>;

/// The same of SGD, without Nesterov's form and dampening.
class MultiTensorSgd : public torch::optim::SGD {
 public:
  using torch::optim::SGD::SGD;

  torch::Tensor step(LossClosure closure = nullptr) override {
    if (closure || detail::steps_one_by_one(*this)) return torch::optim::SGD::step(std::move(closure));
    step_together();
    return {};
  }

  /// The step for all parameters together, on any device.
  void step_together() {
    const torch::NoGradGuard no_grad;
    for (auto& group : param_groups()) {
      const auto& options = static_cast<const torch::optim::SGDOptions&>(group.options());
      std::vector<torch::Tensor> weights, gradients, momenta;
      for (const auto& w : group.params()) {
        if (!w.grad().defined()) continue;
        weights.push_back(w);
        gradients.push_back(w.grad());
        if (options.momentum() == 0) continue;
        // Zero before the first step: momentum * 0 + gradient is what LibTorch starts with.
        momenta.push_back(detail::optimizer_state_of<torch::optim::SGDParamState>(*this, w, [&](auto& fresh) {
                            fresh.momentum_buffer(torch::zeros_like(w));
                          }).momentum_buffer());
      }
      if (weights.empty()) continue;
      if (options.weight_decay() != 0) gradients = at::_foreach_add(gradients, weights, options.weight_decay());
      if (options.momentum() != 0) {
        at::_foreach_mul_(momenta, options.momentum());
        at::_foreach_add_(momenta, gradients);
        gradients = momenta;
      }
      at::_foreach_add_(weights, gradients, -options.lr());
    }
  }
};

}  // namespace qcs
