// expect: qcs step: a state that is saved needs both `qcs::io::NamedTensors state
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/train/step/step.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
  struct Options {};
  Custom(std::unique_ptr<torch::optim::Optimizer> own, const Options&, double) : optimizer_(std::move(own)) {}
  auto run(auto&& pass) { return pass(); }
  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() {}
  qcs::io::NamedTensors state(const torch::nn::Module&) { return {}; }
#ifdef QCS_TWIN
  void load_state(const torch::nn::Module&, const qcs::io::NamedTensors&) {}
#endif
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

template struct qcs::CheckedStep<Custom>;
