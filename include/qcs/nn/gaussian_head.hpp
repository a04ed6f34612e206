// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/core/torch.hpp>
#include <qcs/nn/class_head.hpp>
#include <qcs/nn/linear.hpp>
#include <string_view>

namespace qcs {

/// A class head that says how sure it is: every logit is a normal distribution of learnt mean and variance. Training
/// takes a sample of it (reparameterised: mean + deviation * noise of LibTorch's generator), evaluation its mean, as
/// the variational head of POSTER-Var does (Lv et al., Scientific Reports 2026, doi 10.1038/s41598-026-38734-x). No
/// term of the loss holds the variances; cross entropy of samples does.
class GaussianHead : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "gaussian";

  explicit GaussianHead(const ClassHeadOptions& options)
      : mean_(register_module("mean", Linear(options.width, options.classes))),
        log_variance_(register_module("log_variance", Linear(options.width, options.classes))) {}

  /// (B, width) -> logits (B, classes).
  torch::Tensor forward(const torch::Tensor& class_token) {
    const auto mean = mean_->forward(class_token);
    if (!is_training()) return mean;
    return mean + deviations(class_token) * torch::randn_like(mean);
  }

  /// Standard deviations of the logits (B, classes).
  torch::Tensor deviations(const torch::Tensor& class_token) { return (log_variance_->forward(class_token) / 2).exp(); }

 private:
  Linear mean_, log_variance_;
};
static_assert(ClassHeadPolicy<GaussianHead>);

}  // namespace qcs
