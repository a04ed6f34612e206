// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/testing/detail/module_state.hpp>
#include <qcs/testing/random_guard.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/state/optimizer_state.hpp>
#include <qcs/train/step/step.hpp>
#include <stdexcept>
#include <utility>

namespace qcs::testing::detail {

/// Two small layers in float64; `idle` never has a gradient.
class StepModel : public torch::nn::Module {
 public:
  StepModel() {
    const auto start = [](c10::IntArrayRef sizes, std::uint64_t seed) { return normal(sizes, seed, torch::kFloat64); };
    first_ = register_parameter("first", start({6, 5}, 1));
    idle_ = register_parameter("idle", start({3}, 2));
    second_ = register_parameter("second", start({5, 2}, 3));
  }

  /// The loss on the samples of a number.
  torch::Tensor loss(std::uint64_t samples) const {
    const auto x = normal({8, 6}, 100 + samples, torch::kFloat64);
    const auto wanted = torch::stack({x.select(1, 0).tanh(), x.select(1, 1) * .3}, 1);
    return (x.matmul(first_).tanh().matmul(second_) - wanted).square().mean();
  }

 private:
  torch::Tensor first_, idle_, second_;
};

/// What goes wrong in a pass.
enum class PassFault { kNone, kNotANumber, kThrows };

/// What the exception of PassFault::kThrows is.
struct PassFailed : std::runtime_error {
  PassFailed() : std::runtime_error("a pass failed") {}
};

/// A step S with a model and an optimiser of its own.
template <class S>
class StepRun {
 public:
  using Options = typename S::Options;

  explicit StepRun(const Options& options, OptimizerKind kind = OptimizerKind::kAdam, double rate = .01,
                   double clip_norm = 0)
      : model_(std::make_shared<StepModel>()) {
    auto optimizer = make_optimizer(model_->parameters(), {.kind = kind}, rate);
    given_ = optimizer.get();
    step_ = std::make_unique<S>(std::move(optimizer), options, clip_norm);
  }

  /// One update with the samples of a number; pass `faulty`, from 1, goes wrong. Returns what run() returned: the
  /// number of the pass whose measure it is.
  int update(std::uint64_t samples, PassFault fault = PassFault::kNone, int faulty = 1) {
    passes_ = 0;
    return step_->run([&] {
      const int pass = ++passes_;
      if (pass == 1) seen_ = copy_of(weights());
      model_->loss(samples).backward();
      if (pass == faulty && fault == PassFault::kThrows) throw PassFailed();
      if (pass == faulty && fault == PassFault::kNotANumber) {
        const torch::NoGradGuard no_grad;
        model_->parameters()[0].mutable_grad()[2][1] = std::numeric_limits<double>::quiet_NaN();
      }
      return pass;
    });
  }

  io::NamedTensors weights() const { return io::named_tensors(*model_); }

  /// Puts what another run has so far into this one, by way of what a checkpoint holds.
  void resume(StepRun& other) {
    restore(weights(), copy_of(other.weights()));
    load_optimizer_state(step_->optimizer(), *model_,
                         copy_of(optimizer_state(other.step_->optimizer(), *other.model_)));
    if constexpr (StatefulStep<S>) step_->load_state(*model_, copy_of(other.step_->state(*other.model_)));
  }

  /// Whether a gradient is left behind.
  bool holds_gradient() const {
    for (const auto& parameter : model_->parameters())
      if (parameter.grad().defined() && !(parameter.grad() == 0).all().template item<bool>()) return true;
    return false;
  }

  double loss(std::uint64_t samples) const { return model_->loss(samples).template item<double>(); }
  S& step() { return *step_; }
  const torch::nn::Module& model() const { return *model_; }
  const torch::optim::Optimizer* given() const { return given_; }
  int passes() const { return passes_; }
  const io::NamedTensors& seen_by_first_pass() const { return seen_; }

 private:
  std::shared_ptr<StepModel> model_;
  torch::optim::Optimizer* given_ = nullptr;
  std::unique_ptr<S> step_;
  int passes_ = 0;
  io::NamedTensors seen_;
};

}  // namespace qcs::testing::detail
