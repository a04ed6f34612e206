// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <qcs/core/autocast.hpp>
#include <utility>
#include <vector>

namespace qcs {

/// Adds up what a tensor holds in several processes that train one network together; the same shape.
using SumOverProcesses = std::function<torch::Tensor(const torch::Tensor&)>;

namespace detail {

/// The sum over processes, with its gradient: the sum of theirs.
struct SummedFunction : torch::autograd::Function<SummedFunction> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const SumOverProcesses* sum) {
    context->saved_data["sum"] = reinterpret_cast<std::int64_t>(sum);
    return (*sum)(x);
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               const torch::autograd::tensor_list& gradients) {
    const auto* sum = reinterpret_cast<const SumOverProcesses*>(context->saved_data["sum"].toInt());
    return {(*sum)(gradients[0]), torch::Tensor()};
  }
};

}  // namespace detail

/// Batch normalisation (Ioffe and Szegedy, ICML 2015) of a batch that holds several branches one after the other: in
/// training each branch is normalised by its own mean and variance, and moves the running ones after the branch before
/// it, to the bit as if the branches came one by one. Parameters, buffers and defaults are those of
/// torch::nn::BatchNorm2d, whose layer LibTorch does not let one derive from.
class BranchNorm2dImpl : public torch::nn::Module {
 public:
  explicit BranchNorm2dImpl(std::int64_t channels)
      : weight_(register_parameter("weight", torch::ones({channels}))),
        bias_(register_parameter("bias", torch::zeros({channels}))),
        mean_(register_buffer("running_mean", torch::zeros({channels}))),
        variance_(register_buffer("running_var", torch::ones({channels}))),
        batches_(register_buffer("num_batches_tracked", torch::tensor(0, torch::kInt64))) {}

  /// (branches * B, channels, H, W) -> the same shape.
  torch::Tensor forward(const torch::Tensor& x) {
    if (!is_training()) return normed(x);
    batches_ += branches_;
    if (branches_ == 1) return normed(x);
    std::vector<torch::Tensor> all;
    for (const auto& branch : x.chunk(branches_)) all.push_back(normed(branch));
    return torch::cat(all);
  }

  /// How many branches the batches of forward() hold from now on.
  void set_branches(std::int64_t branches) { branches_ = branches; }

  /// Takes mean and variance of a branch in training from its parts in all processes from now on, which `sum` adds up;
  /// without one, the default, from this process alone.
  void set_reduction(SumOverProcesses sum) { sum_ = std::move(sum); }

 private:
  static constexpr double kMomentum = .1, kEpsilon = 1e-5;

  torch::Tensor normed(const torch::Tensor& x) const {
    if (is_training() && sum_) return normed_over_processes(x);
    return torch::batch_norm(x, weight_, bias_, mean_, variance_, is_training(), kMomentum, kEpsilon,
                             at::globalContext().userEnabledCuDNN());
  }

  /// Deviations from the mean are summed in a second round: sums of squares would cancel.
  torch::Tensor normed_over_processes(const torch::Tensor& x) const {
    const auto exact = at_least_float32(x);
    const std::vector<std::int64_t> places{0, 2, 3};
    const auto summed = [&](const torch::Tensor& t) { return detail::SummedFunction::apply(t, &sum_); };
    const auto by_channel = [](const torch::Tensor& t) { return t.view({1, -1, 1, 1}); };
    const auto count = sum_(torch::full({}, static_cast<double>(x.numel() / x.size(1)), exact.options()));
    const auto mean = summed(exact.sum(places)) / count;
    const auto centred = exact - by_channel(mean);
    const auto variance = summed(centred.square().sum(places)) / count;
    {
      const torch::NoGradGuard no_grad;
      torch::Tensor(mean_).lerp_(mean.detach().to(mean_.dtype()), kMomentum);
      torch::Tensor(variance_).lerp_((variance * count / (count - 1)).detach().to(variance_.dtype()), kMomentum);
    }
    const auto scale = weight_ * (variance + kEpsilon).rsqrt();
    return (centred * by_channel(scale) + by_channel(bias_)).to(x.dtype());
  }

  torch::Tensor weight_, bias_, mean_, variance_, batches_;
  std::int64_t branches_ = 1;
  SumOverProcesses sum_ = {};
};
TORCH_MODULE(BranchNorm2d);

/// Whether all batch normalisation in a module keeps branches apart, so that they may pass through it in one batch.
inline bool keeps_branches_apart(const torch::nn::Module& module) {
  for (const auto& part : module.modules(/*include_self=*/false)) {
    if (part->as<torch::nn::BatchNorm1d>() != nullptr || part->as<torch::nn::BatchNorm2d>() != nullptr ||
        part->as<torch::nn::BatchNorm3d>() != nullptr)
      return false;
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
