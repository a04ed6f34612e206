// expect: qcs step: name every value of Options in `static void visit_fields
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/train/step/step.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
  struct Options {
    double strength = 1;
#ifdef QCS_TWIN
    static void visit_fields(auto& options, auto&& visit) { visit(qcs::RecipeField{"strength"}, options.strength); }
#else
    static void visit_fields(Options& options, auto&& visit) { visit(qcs::RecipeField{"strength"}, options.strength); }
#endif
  };
  Custom(std::unique_ptr<torch::optim::Optimizer> own, const Options&, double) : optimizer_(std::move(own)) {}
  auto run(auto&& pass) { return pass(); }
  torch::optim::Optimizer& optimizer() { return *optimizer_; }
  void abandon() {}
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

template struct qcs::CheckedStep<Custom>;
