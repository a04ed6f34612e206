// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <qcs/core/torch.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// Batch normalisation of a batch that holds several branches one after the other: in training each branch is
/// normalised by its own mean and variance, and moves the running ones after the branch before it, to the bit as if the
/// branches came one by one. Parameters and buffers are those of torch::nn::BatchNorm2d, under the same names.
class BranchNorm2dImpl : public torch::nn::BatchNorm2dImpl {
 public:
  using torch::nn::BatchNorm2dImpl::BatchNorm2dImpl;

  /// (branches * B, C, H, W) -> the same shape.
  torch::Tensor forward(const torch::Tensor& x) {
    if (branches_ == 1 || !is_training()) return torch::nn::BatchNorm2dImpl::forward(x);
    std::vector<torch::Tensor> normed;
    for (const auto& branch : x.chunk(branches_)) normed.push_back(torch::nn::BatchNorm2dImpl::forward(branch));
    return torch::cat(normed);
  }

  /// How many branches the batches of forward() hold from now on.
  void set_branches(std::int64_t branches) { branches_ = branches; }

 private:
  std::int64_t branches_ = 1;
};
TORCH_MODULE(BranchNorm2d);

/// Whether all batch normalisation in a module keeps branches apart, so that they may pass through it in one batch.
inline bool keeps_branches_apart(const torch::nn::Module& module) {
  for (const auto& part : module.modules(/*include_self=*/false)) {
    const bool normalises = part->as<torch::nn::BatchNorm1d>() != nullptr ||
                            part->as<torch::nn::BatchNorm2d>() != nullptr ||
                            part->as<torch::nn::BatchNorm3d>() != nullptr;
    if (normalises && part->as<BranchNorm2d>() == nullptr) return false;
  }
  return true;
}

/// Tells the batch normalisation in a module, for as long as this lives, how many branches its batches hold.
class BranchesInBatch {
 public:
  BranchesInBatch(std::vector<BranchNorm2dImpl*> norms, std::int64_t branches) : norms_(std::move(norms)) {
    for (auto* norm : norms_) norm->set_branches(branches);
  }
  ~BranchesInBatch() {
    for (auto* norm : norms_) norm->set_branches(1);
  }
  BranchesInBatch(const BranchesInBatch&) = delete;
  BranchesInBatch& operator=(const BranchesInBatch&) = delete;

  /// The batch normalisation in a module that keeps branches apart.
  static std::vector<BranchNorm2dImpl*> norms_of(const torch::nn::Module& module) {
    std::vector<BranchNorm2dImpl*> norms;
    for (const auto& part : module.modules(/*include_self=*/false))
      if (auto* norm = part->as<BranchNorm2d>()) norms.push_back(norm);
    return norms;
  }

 private:
  std::vector<BranchNorm2dImpl*> norms_;
};

}  // namespace qcs
