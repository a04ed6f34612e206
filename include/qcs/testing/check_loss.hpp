// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <qcs/testing/detail/module_state.hpp>
#include <qcs/testing/gradient.hpp>
#include <qcs/train/loss/loss.hpp>
#include <string>

namespace qcs::testing {

/// What check_loss calls a loss with.
struct LossCheckOptions {
  std::int64_t classes = 7;
  /// Twice as many samples as classes by default: labels 0, 1, ... in turn, images 0..2*classes-1.
  BranchTarget target = {};
  bool follows_labels = true;  ///< sure and right logits cost less than sure and wrong ones
  GradientOptions gradient = {};
};

namespace detail {

/// The checks of one loss.
template <class L>
class LossChecks {
 public:
  LossChecks(Findings& findings, const L& loss, const LossCheckOptions& options)
      : findings_(findings), loss_(loss), options_(options), target_(options.target) {
    const auto number = torch::arange(2 * options_.classes, torch::kInt64);
    if (!target_.labels.defined()) target_ = {.labels = number % options_.classes, .images = number};
    logits_ = normal({target_.labels.size(0), options_.classes}, 3, torch::kFloat64);
  }

  void run() {
    if (!findings_.attempt("operator()", [&] { value(); })) return;
    findings_.attempt("operator() of large logits", [&] { large(); });
    findings_.attempt("operator() of a doubled batch", [&] { mean_over_batch(); });
    findings_.attempt("operator() of a batch of one", [&] {
      findings_.require(is_finite(of(rows(torch::zeros({1}, torch::kInt64)))), "a batch of one gives no finite loss");
    });
    if (options_.follows_labels) findings_.attempt("operator() of sure logits", [&] { sure(); });
    const auto leaf = logits_.clone().set_requires_grad(true);
    check_gradient(
        findings_, "operator()", {{"logits", leaf}}, [&] { return loss_(leaf, target_); }, options_.gradient);
    for (const auto& device : RandomGuard::devices())
      if (!device.is_cpu())
        findings_.attempt("operator() on " + device.str(), [&] {
          const auto images = target_.images.defined() ? target_.images.to(device) : torch::Tensor();
          findings_.require(
              difference(loss_(logits_.to(device), {.labels = target_.labels.to(device), .images = images}),
                         loss_(logits_, target_)) < 1e-4,
              fmt::format("the loss on {} is another one than on the CPU", device.str()));
        });
  }

 private:
  struct Batch {
    torch::Tensor logits;
    BranchTarget target;
  };

  torch::Tensor of(const Batch& batch) const { return loss_(batch.logits, batch.target); }

  Batch rows(const torch::Tensor& numbers) const {
    const auto take = [&](const torch::Tensor& x) { return x.defined() ? x.index_select(0, numbers) : x; };
    return {take(logits_), {.labels = take(target_.labels), .images = take(target_.images)}};
  }

  void value() {
    for (const auto dtype : {torch::kFloat32, torch::kFloat64}) {
      const auto logits = logits_.to(dtype, false, /*copy=*/true).set_requires_grad(true);
      const auto before = logits.detach().clone();
      const auto loss = loss_(logits, target_);
      if (!findings_.require(loss.defined() && loss.dim() == 0,
                             fmt::format("it gives shape ({}), expected one number, 0-d: the mean over the batch",
                                         loss.defined() ? fmt::format("{}", fmt::join(loss.sizes(), ", ")) : "none")))
        return;
      findings_.require(
          loss.scalar_type() == dtype,
          fmt::format("it gives {} for logits of {}", c10::toString(loss.scalar_type()), c10::toString(dtype)));
      findings_.require(is_finite(loss), "it gives a number that is not finite");
      findings_.require(loss.requires_grad(), "it cuts the logits' gradient off; do without detach() and item()");
      findings_.require(same_bits(logits.detach(), before), "it changes the logits");
      findings_.require(same_bits(loss.detach(), loss_(logits, target_).detach()),
                        "it gives another number when it is called again");
    }
  }

  /// Logits far apart come up in training.
  void large() {
    const auto logits = (logits_.to(torch::kFloat32) * 1000).detach().set_requires_grad(true);
    const auto loss = loss_(logits, target_);
    findings_.require(is_finite(loss), "logits in the thousands give a loss that is not finite");
    if (loss.dim() != 0 || !loss.requires_grad()) return;
    loss.backward();
    findings_.require(!logits.grad().defined() || is_finite(logits.grad()),
                      "logits in the thousands give a gradient that is not finite");
  }

  void mean_over_batch() {
    const auto number = torch::arange(logits_.size(0), torch::kInt64);
    const double once = loss_(logits_, target_).sum().template item<double>();
    const double twice = of(rows(torch::cat({number, number}))).sum().template item<double>();
    const double turned = of(rows(number.flip(0))).sum().template item<double>();
    const auto same = [&](double other) { return std::abs(other - once) <= 1e-10 * std::max(1., std::abs(once)); };
    findings_.require(same(twice), fmt::format("it is no mean over the batch: {:.8g}, and {:.8g} with every sample "
                                               "twice",
                                               once, twice));
    findings_.require(same(turned), "it depends on the order of the samples");
  }

  void sure() {
    const auto at = [&](std::int64_t shift) {
      const auto classes = (target_.labels + shift) % options_.classes;
      return loss_(20 * torch::one_hot(classes, options_.classes).to(torch::kFloat64), target_)
          .sum()
          .template item<double>();
    };
    const double right = at(0), wrong = at(1);
    findings_.require(right < wrong, fmt::format("sure and right logits cost {:.6g}, sure and wrong ones {:.6g}; the "
                                                 "loss should fall towards the labels",
                                                 right, wrong));
  }

  Findings& findings_;
  const L& loss_;
  const LossCheckOptions& options_;
  BranchTarget target_;
  torch::Tensor logits_;
};

}  // namespace detail

/// Checks a loss: 0-d, in the logits' dtype, finite (large logits too), with a gradient that difference quotients
/// confirm, the same when called again, the mean over the batch whatever its order, lower for right answers than for
/// wrong ones, logits left as they are, and on every CUDA device at hand. Throws CheckError with everything that is
/// wrong.
template <class L>
void check_loss(const L& loss, const LossCheckOptions& options = {}) {
  static_assert(CheckedLoss<L>::kValid);
  if constexpr (LossPolicy<L>) {
    Findings findings("loss", part_name<L>());
    const RandomGuard guard;
    detail::LossChecks<L>(findings, loss, options).run();
    findings.throw_if_any();
  }
}

/// The same of the loss that a recipe makes, or one that is made without arguments.
template <class L>
void check_loss() {
  static_assert(CheckedLoss<L>::kValid);
  static_assert(LossFromRecipe<L> || std::default_initializable<L>,
                "qcs loss: this loss needs arguments; give check_loss a value of it");
  if constexpr (LossFromRecipe<L>)
    check_loss(L(LossOptions{}));
  else if constexpr (std::default_initializable<L>)
    check_loss(L{});
}

}  // namespace qcs::testing
