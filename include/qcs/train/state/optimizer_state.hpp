// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/optimizer/optimizer_key.hpp>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// Calls visit(name, value) for everything that an optimiser keeps for a parameter; values are tensors or std::int64_t.
/// The names are those that Python's optimisers use.
void visit_optimizer_slots(auto& state, auto&& visit) {
  if constexpr (requires { state.exp_avg(); }) {
    visit("step", state.step());
    visit("exp_avg", state.exp_avg());
    visit("exp_avg_sq", state.exp_avg_sq());
    visit("max_exp_avg_sq", state.max_exp_avg_sq());
  } else {
    visit("momentum_buffer", state.momentum_buffer());
  }
}

/// Calls visit.operator()<State>() with the type of what `optimizer` keeps for a parameter. Throws ConfigError for an
/// optimiser that make_optimizer does not make.
auto with_optimizer_state_type(const torch::optim::Optimizer& optimizer, auto&& visit) {
  namespace optim = torch::optim;
  if (dynamic_cast<const optim::AdamW*>(&optimizer) != nullptr)
    return visit.template operator()<optim::AdamWParamState>();
  if (dynamic_cast<const optim::Adam*>(&optimizer) != nullptr)
    return visit.template operator()<optim::AdamParamState>();
  if (dynamic_cast<const optim::SGD*>(&optimizer) != nullptr) return visit.template operator()<optim::SGDParamState>();
  throw ConfigError("the state of this optimizer cannot be saved: it is neither Adam, AdamW nor SGD");
}

/// The parameters of an optimiser by their names in `module`, in the module's order.
inline std::vector<std::pair<std::string, torch::Tensor>> optimized_parameters(const torch::optim::Optimizer& optimizer,
                                                                               const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> named;
  for (const auto& item : module.named_parameters())
    for (const auto& group : optimizer.param_groups())
      for (const auto& parameter : group.params())
        if (parameter.is_same(item.value())) named.emplace_back(item.key(), item.value());
  return named;
}

}  // namespace detail

/// What an optimiser over the parameters of `module` keeps between steps, as tensors on the CPU by names such as
/// `PARAMETER.exp_avg`; `PARAMETER.step` is a 0-d int64. Parameters that never had a gradient have none.
inline io::NamedTensors optimizer_state(const torch::optim::Optimizer& optimizer, const torch::nn::Module& module) {
  io::NamedTensors tensors;
  detail::with_optimizer_state_type(optimizer, [&]<class State>() {
    for (const auto& [name, parameter] : detail::optimized_parameters(optimizer, module)) {
      const auto found = optimizer.state().find(detail::optimizer_key(optimizer, parameter));
      if (found == optimizer.state().end()) continue;
      detail::visit_optimizer_slots(static_cast<State&>(*found->second), [&](const char* slot, auto& value) {
        if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, torch::Tensor>) {
          if (value.defined()) tensors.emplace_back(fmt::format("{}.{}", name, slot), value.detach().cpu());
        } else {
          tensors.emplace_back(fmt::format("{}.{}", name, slot), torch::tensor(value, torch::kInt64));
        }
      });
    }
  });
  return tensors;
}

/// Gives an optimiser of the same kind what optimizer_state() gave, copied to where its parameters are. Throws
/// CheckpointError with everything that does not fit, and then leaves it as it was.
inline void load_optimizer_state(torch::optim::Optimizer& optimizer, const torch::nn::Module& module,
                                 const io::NamedTensors& tensors) {
  const torch::NoGradGuard no_grad;
  detail::with_optimizer_state_type(optimizer, [&]<class State>() {
    std::map<std::string, torch::Tensor> left(tensors.begin(), tensors.end());
    std::vector<std::string> faults;
    std::remove_cvref_t<decltype(optimizer.state())> states;
    for (const auto& [name, parameter] : detail::optimized_parameters(optimizer, module)) {
      auto state = std::make_unique<State>();
      std::size_t found = 0;
      std::vector<std::string> missing;
      detail::visit_optimizer_slots(*state, [&](const std::string& slot, auto& value) {
        const auto full_name = fmt::format("{}.{}", name, slot);
        auto entry = left.extract(full_name);
        constexpr bool kTensor = std::same_as<std::remove_cvref_t<decltype(value)>, torch::Tensor>;
        if (!entry) {
          if (slot != "max_exp_avg_sq") missing.push_back(full_name);
          return;
        }
        ++found;
        const auto& stored = entry.mapped();
        if constexpr (kTensor) {
          if (stored.sizes() != parameter.sizes())
            faults.push_back(fmt::format("{} has shape ({}), expected ({})", full_name, fmt::join(stored.sizes(), ", "),
                                         fmt::join(parameter.sizes(), ", ")));
          else
            value = torch::empty_like(parameter).copy_(stored);  // lies as the parameter does, whatever the file says
        } else {
          if (stored.numel() != 1 || !c10::isIntegralType(stored.scalar_type(), /*includeBool=*/false))
            faults.push_back(fmt::format("{} is no whole number", full_name));
          else
            value = stored.template item<std::int64_t>();
        }
      });
      if (found == 0) continue;  // it never had a gradient
      for (auto& slot : missing) faults.push_back(fmt::format("there is no {}", slot));
      states.insert({detail::optimizer_key(optimizer, parameter), std::move(state)});
    }
    for (const auto& [name, tensor] : left) faults.push_back(fmt::format("nothing takes {}", name));
    if (!faults.empty())
      throw CheckpointError(fmt::format("the optimizer's state does not fit: {}", fmt::join(faults, "; ")));
    optimizer.state() = std::move(states);
  });
}

}  // namespace qcs
