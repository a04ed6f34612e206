// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <qcs/core/error.hpp>
#include <qcs/testing/detail/step_fields.hpp>
#include <qcs/testing/detail/step_run.hpp>
#include <qcs/testing/findings.hpp>
#include <qcs/testing/random_guard.hpp>
#include <qcs/train/step/step.hpp>
#include <string>

namespace qcs::testing {

/// How closely check_step looks.
struct StepCheckOptions {
  bool clips = true;   ///< clip_norm limits the gradient that the optimiser steps with, not one on the way to it
  bool learns = true;  ///< 60 updates with Adam at a rate of .01 lower the loss
};

namespace detail {

/// The checks of a training step; steps may differ from one update to the next, so most are made after 0, 1, ... 6.
template <class S>
class StepChecks {
 public:
  using Options = typename S::Options;

  StepChecks(Findings& findings, const Options& options, const StepCheckOptions& check)
      : findings_(findings), options_(options), check_(check) {}

  void run() {
    if (!findings_.attempt("run()", [&] { one_update(); })) return;
    if (check_.learns) findings_.attempt("run() of 60 updates", [&] { learns(); });
    if (check_.clips) findings_.attempt("run() with a largest norm", [&] { clips(); });
    for (int updates = 0; updates < kPhases; ++updates) {
      for (const int pass : {1, 2})
        for (const auto fault : {PassFault::kNotANumber, PassFault::kThrows})
          findings_.attempt("an update after one that was undone", [&] { undone(updates, fault, pass); });
      findings_.attempt("resuming", [&] { resumes(updates); });
    }
    findings_.attempt("visit_fields()", [&] { check_step_fields(findings_, options_); });
  }

 private:
  using Run = StepRun<S>;
  static constexpr int kPhases = 7;

  void one_update() {
    Run run(options_);
    const auto before = copy_of(run.weights());
    for (std::uint64_t i = 0; i < kPhases; ++i) {
      const auto start = copy_of(run.weights());
      const int measured = run.update(i);
      findings_.require(run.passes() >= 1, "run() never calls pass()");
      findings_.require(run.passes() == 0 || measured == 1,
                        fmt::format("run() returns what call {} of pass() measured, expected the first", measured));
      findings_.require(first_difference(run.seen_by_first_pass(), start).empty(),
                        "the first call of pass() does not see the weights as they are between two updates");
      findings_.require(&run.step().optimizer() == run.given(),
                        "optimizer() is not the optimizer that the step was given");
      findings_.require(!first_difference(run.weights(), start).empty(), "run() leaves all weights as they are");
      findings_.require(!run.holds_gradient(),
                        "run() leaves gradients behind, which the next pass adds to; clear them with zero_grad()");
    }
    const auto weights = run.weights();
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto& [name, weight] = weights[i];
      findings_.require(is_finite(weight.detach()), "run() gives weights that are not finite");
      if (name == "idle")
        findings_.require(same_bits(weight.detach(), before[i].second),
                          "run() changes a parameter that has no gradient");
    }
  }

  /// The mean over several batches, which any sensible step lowers.
  void learns() {
    Run run(options_);
    const auto loss = [&] {
      double sum = 0;
      for (std::uint64_t i = 0; i < 4; ++i) sum += run.loss(i) / 4;
      return sum;
    };
    const double start = loss();
    for (std::uint64_t i = 0; i < 60; ++i) run.update(i % 4);
    findings_.require(loss() < start, fmt::format("60 updates take the loss from {:.4g} to {:.4g}", start, loss()));
  }

  void clips() {
    constexpr double kNorm = 1e-3;
    Run run(options_, OptimizerKind::kSgd, 1, kNorm);
    double longest = 0;
    for (std::uint64_t i = 0; i < kPhases; ++i) {
      const auto start = copy_of(run.weights());
      run.update(i);
      double square = 0;
      for (std::size_t w = 0; w < start.size(); ++w)
        square += (run.weights()[w].second.detach() - start[w].second).square().sum().template item<double>();
      longest = std::max(longest, std::sqrt(square));
    }
    findings_.require(
        longest <= kNorm * (1 + 1e-9),
        fmt::format("with clip_norm {}, plain gradient descent of rate 1 goes {:.4g} far", kNorm, longest));
  }

  /// An update that fails and its abandon() must leave everything as if it had never begun.
  void undone(int updates, PassFault fault, int pass) {
    Run run(options_), twin(options_);
    std::uint64_t samples = 0;
    for (; samples < static_cast<std::uint64_t>(updates); ++samples) {
      run.update(samples);
      twin.update(samples);
    }
    const bool nan = fault == PassFault::kNotANumber;
    const std::string what = nan ? "a gradient that is not a number" : "an exception in pass()";
    try {
      run.update(1000, fault, pass);
      if (run.passes() < pass) return;  // there was no such pass
      findings_.add(nan ? "run() goes on with a gradient that is not a number; throw NumericError before the update "
                          "(check_and_clip_gradients does)"
                        : "run() keeps an exception of pass() to itself");
      return;
    } catch (const NumericError&) {
      findings_.require(nan, "run() turns an exception of pass() into a NumericError");
    } catch (const PassFailed&) {
      findings_.require(!nan, "run() throws another exception than NumericError for " + what);
    }
    run.step().abandon();
    const auto changed = first_difference(run.weights(), twin.weights());
    if (!findings_.require(changed.empty(), fmt::format("after {} and abandon(), weights are not those before the "
                                                        "update",
                                                        what)))
      return;
    findings_.require(!run.holds_gradient(), fmt::format("after {} and abandon(), gradients are left behind", what));
    for (int i = 0; i < kPhases; ++i, ++samples) {
      run.update(samples);
      twin.update(samples);
    }
    findings_.require(first_difference(run.weights(), twin.weights()).empty(),
                      fmt::format("{} leaves something behind in the step: later updates are other ones than without "
                                  "it",
                                  what));
  }

  void resumes(int updates) {
    Run run(options_), resumed(options_);
    std::uint64_t samples = 0;
    for (; samples < static_cast<std::uint64_t>(updates); ++samples) run.update(samples);
    resumed.resume(run);
    for (int i = 0; i < kPhases; ++i, ++samples) {
      run.update(samples);
      resumed.update(samples);
    }
    findings_.require(first_difference(run.weights(), resumed.weights()).empty(),
                      StatefulStep<S>
                          ? "a resumed run goes on with other bits: state() and load_state() leave something "
                            "out"
                          : "a resumed run goes on with other bits: the step keeps something between "
                            "updates; give it state() and load_state()");
  }

  Findings& findings_;
  const Options& options_;
  const StepCheckOptions& check_;
};

}  // namespace detail

/// Checks a training step on a small model with float64 weights, after 0 to 6 updates: calls of pass(), what run()
/// returns, weights changed and the loss lowered, the optimizer it was given, clip_norm, an update undone for a
/// gradient that is not a number (NumericError) or an exception in the first or second pass without a trace after
/// abandon(), the same bits after a checkpoint, and that visit_fields names each value of the options once. Throws
/// CheckError with everything that is wrong.
template <class S>
void check_step(const StepOptionsOf<S>& options = {}, const StepCheckOptions& check = {}) {
  static_assert(CheckedStep<S>::kValid);
  if constexpr (StepPolicy<S>) {
    Findings findings("step", part_name<S>());
    check_name<S>(findings);
    const RandomGuard guard;
    detail::StepChecks<S>(findings, options, check).run();
    findings.throw_if_any();
  }
}

}  // namespace qcs::testing
