// expect: qcs step: give it `struct Options` with its values and their defaults
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/train/step/step.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
#ifdef QCS_TWIN
  struct Options {};
  Custom(std::unique_ptr<torch::optim::Optimizer> own, const Options&, double) : optimizer_(std::move(own)) {}
#else
  explicit Custom(std::unique_ptr<torch::optim::Optimizer> own) : optimizer_(std::move(own)) {}
#endif
  auto run(auto&& pass) { return pass(); }
  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() {}
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

template struct qcs::CheckedStep<Custom>;
