// expect: qcs loss: operator\(\) must return a torch::Tensor, the mean over the batch
// needs: torch
// SPDX-License-Identifier: MIT
#include <qcs/train/loss/loss.hpp>

struct Custom {
  static constexpr std::string_view kName = "custom";
#ifdef QCS_TWIN
  torch::Tensor operator()(const torch::Tensor& logits, const qcs::BranchTarget& target) const {
    return torch::cross_entropy_loss(logits, target.labels);
  }
#else
  double operator()(const torch::Tensor& logits, const qcs::BranchTarget& target) const {
    return torch::cross_entropy_loss(logits, target.labels).item<double>();
  }
#endif
};

template struct qcs::CheckedLoss<Custom>;
