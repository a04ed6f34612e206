// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <qcs/core/torch.hpp>
#include <qcs/train/optimizer/optimizer_key.hpp>
#include <qcs/train/optimizer/update_all.hpp>
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
/// not depend on the number of parameters: with LibTorch 2.4 or newer two, by its fused kernel.
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
      std::map<std::int64_t, detail::AdamLists> by_step;  // a parameter may have had a gradient later than others
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
      for (auto& [step, lists] : by_step) detail::update_adam(lists, options, static_cast<double>(step), kDecoupled);
    }
  }

 private:
  static constexpr bool kDecoupled = std::same_as<Base, torch::optim::AdamW>;
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
        momenta.push_back(detail::optimizer_state_of<torch::optim::SGDParamState>(*this, w, [&](auto& fresh) {
                            fresh.momentum_buffer(torch::zeros_like(w));
                          }).momentum_buffer());
      }
      if (!weights.empty()) detail::update_sgd(weights, std::move(gradients), momenta, options);
    }
  }
};

}  // namespace qcs
