// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/train/optimizer/multi_tensor.hpp>

#include "support.hpp"

namespace cuda_test {

/// Parameters of several shapes, one of them channels-last; the last one has its first gradient a step later.
inline std::vector<torch::Tensor> parameters(torch::Device device) {
  torch::manual_seed(5);
  std::vector<torch::Tensor> all{torch::randn({8, 4, 3, 3}).contiguous(torch::MemoryFormat::ChannelsLast),
                                 torch::randn({16, 8}), torch::randn({}), torch::randn({7})};
  for (auto& tensor : all) tensor = tensor.to(device).requires_grad_();
  return all;
}

inline void set_gradients(std::vector<torch::Tensor>& all, int step) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (step == 0 && i + 1 == all.size()) continue;
    auto generator = at::detail::createCPUGenerator(qcs::derive_seed(6, step, static_cast<int>(i)));
    all[i].mutable_grad() = torch::empty_like(all[i]).copy_(torch::randn(all[i].sizes(), generator));
  }
}

template <class Ours, class Base>
void check_optimizer(Checks& checks, const std::string& name, torch::Device device, const auto& options) {
  auto ours = parameters(device), theirs = parameters(device);
  Ours together(ours, options);
  Base one_by_one(theirs, options);
  for (int step = 0; step < 5; ++step) {
    const torch::NoGradGuard no_grad;
    set_gradients(ours, step);
    set_gradients(theirs, step);
    together.step_together();
    one_by_one.step();
  }
  checks.at_most(deviation(copies(ours), copies(theirs)), 1e-6,
                 name + " of all parameters together against LibTorch's");
}

inline void check_optimizers(Checks& checks, torch::Device device) {
  namespace optim = torch::optim;
  for (const double decay : {0., .1}) {
    const auto name = [&](const char* kind) { return fmt::format("{} with decay {}", kind, decay); };
    check_optimizer<qcs::MultiTensorAdam, optim::Adam>(checks, name("Adam"), device,
                                                       optim::AdamOptions(.01).weight_decay(decay));
    check_optimizer<qcs::MultiTensorAdamW, optim::AdamW>(checks, name("AdamW"), device,
                                                         optim::AdamWOptions(.01).weight_decay(decay));
    check_optimizer<qcs::MultiTensorSgd, optim::SGD>(checks, name("SGD"), device,
                                                     optim::SGDOptions(.01).weight_decay(decay).momentum(.9));
  }
}

}  // namespace cuda_test
