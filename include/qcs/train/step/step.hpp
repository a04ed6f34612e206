// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <memory>
#include <qcs/core/constant.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/recipe_field.hpp>
#include <string_view>
#include <type_traits>

namespace qcs {

namespace detail {

/// What the rules let a pass measure: a type of their own, so that a step cannot make one up.
struct StepMeasure {};

template <class S>
struct OptionsOfStep {
  using Type = NoOptions;
};
template <class S>
requires requires { typename S::Options; }
struct OptionsOfStep<S> {
  using Type = typename S::Options;
};

}  // namespace detail

/// The options of a step: `S::Options`.
template <class S>
using StepOptionsOf = typename detail::OptionsOfStep<S>::Type;

/// A step with state of its own that goes into checkpoints, as tensors by name.
template <class S>
concept StatefulStep = requires(S& step, const torch::nn::Module& module, const io::NamedTensors& tensors) {
  { step.state(module) } -> std::convertible_to<io::NamedTensors>;
  step.load_state(module, tensors);
};

/// The rules of a training step, one flag each, evaluated by the compiler. A rule whose precondition fails counts as
/// kept.
template <class S>
struct StepRules {
  static constexpr bool kNamed = HasConstantName<S>;

  static constexpr bool kHasOptions = requires {
    typename S::Options;
    requires std::default_initializable<typename S::Options>;
    requires std::copy_constructible<typename S::Options>;
  };

  static constexpr bool kDescribesOptions =
      !kHasOptions || (DescribedOptions<StepOptionsOf<S>> && DescribedOptions<const StepOptionsOf<S>>);

  static constexpr bool kConstructible =
      !kHasOptions ||
      (std::constructible_from<S, std::unique_ptr<torch::optim::Optimizer>, const StepOptionsOf<S>&, double> &&
       std::move_constructible<S>);

  static constexpr bool kRuns = requires(S & step, detail::StepMeasure (*pass)()) {
    { step.run(pass) } -> std::same_as<detail::StepMeasure>;
  };

  static constexpr bool kGivesOptimizer = requires(S & step) {
    { step.optimizer() } -> std::same_as<torch::optim::Optimizer&>;
  };

  static constexpr bool kAbandons = requires(S & step) { step.abandon(); };

  static constexpr bool kStateWhole = StatefulStep<S> || !(
                                                             requires { &S::state; } || requires { &S::load_state; });

  static constexpr bool kAll = kNamed && kHasOptions && kDescribesOptions && kConstructible && kRuns &&
                               kGivesOptimizer && kAbandons && kStateWhole;
};

/// One optimiser update. `run(pass)` calls `pass()`, which leaves gradients behind and returns what it measured, as
/// often as the method needs, and returns what the first call returned: the measure at the weights themselves. It
/// throws NumericError before the update if a gradient is not finite. `optimizer()` is the optimiser whose state is
/// saved; `abandon()` puts the weights back after an exception in `run`.
template <class S>
concept StepPolicy = StepRules<S>::kAll;

/// Instantiating this with a bad step fails to compile with a sentence for each broken rule.
template <class S>
struct CheckedStep {
  using Rules = StepRules<S>;
  static_assert(Rules::kNamed, "qcs step: name it for reports: static constexpr std::string_view kName = \"mine\"");
  static_assert(Rules::kHasOptions,
                "qcs step: give it `struct Options` with its values and their defaults; `struct Options {};` if there "
                "are none");
  static_assert(Rules::kDescribesOptions,
                "qcs step: name every value of Options in `static void visit_fields(auto& options, auto&& visit)`, a "
                "member of Options, so that it is saved and reported; `auto&` also takes the const ones");
  static_assert(Rules::kConstructible,
                "qcs step: it must be movable and have a constructor from (std::unique_ptr<torch::optim::Optimizer>, "
                "const Options&, double clip_norm)");
  static_assert(Rules::kRuns,
                "qcs step: `auto run(auto&& pass)` must call pass() and return what its first call returned");
  static_assert(Rules::kGivesOptimizer,
                "qcs step: `torch::optim::Optimizer& optimizer()` must return the optimizer that it was given, as "
                "exactly that type");
  static_assert(Rules::kAbandons,
                "qcs step: `void abandon()` must put the weights back and clear the gradients after an exception in "
                "run()");
  static_assert(Rules::kStateWhole,
                "qcs step: a state that is saved needs both `qcs::io::NamedTensors state(const torch::nn::Module&)` "
                "and `void load_state(const torch::nn::Module&, const qcs::io::NamedTensors&)`");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
