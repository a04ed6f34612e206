// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/train/events.hpp>
#include <type_traits>

namespace qcs {

namespace detail {

/// The hook for an event: `call` it, whether `O` has one that `kTakes` the event, and what it takes to find out whether
/// `O` has a member of its name at all: `kOne`, whether the name means one thing in `O`, and `Name`, a class with it.
template <class Event>
struct Hook;

template <>
struct Hook<RunInfo> {
  struct Name {
    int on_run_begin;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_run_begin;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const RunInfo& e) {
    o.on_run_begin(e);
  };
  static void call(auto& o, const RunInfo& e) { o.on_run_begin(e); }
};

template <>
struct Hook<StepEvent> {
  struct Name {
    int on_step;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_step;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const StepEvent& e) {
    o.on_step(e);
  };
  static void call(auto& o, const StepEvent& e) { o.on_step(e); }
};

template <>
struct Hook<SkippedStepEvent> {
  struct Name {
    int on_skipped_step;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_skipped_step;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const SkippedStepEvent& e) {
    o.on_skipped_step(e);
  };
  static void call(auto& o, const SkippedStepEvent& e) { o.on_skipped_step(e); }
};

template <>
struct Hook<EvaluationProgress> {
  struct Name {
    int on_evaluation;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_evaluation;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const EvaluationProgress& e) {
    o.on_evaluation(e);
  };
  static void call(auto& o, const EvaluationProgress& e) { o.on_evaluation(e); }
};

template <>
struct Hook<PredictionEvent> {
  struct Name {
    int on_prediction;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_prediction;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const PredictionEvent& e) {
    o.on_prediction(e);
  };
  static void call(auto& o, const PredictionEvent& e) { o.on_prediction(e); }
};

template <>
struct Hook<EpochEvent> {
  struct Name {
    int on_epoch;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_epoch;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const EpochEvent& e) {
    o.on_epoch(e);
  };
  static void call(auto& o, const EpochEvent& e) { o.on_epoch(e); }
};

template <>
struct Hook<CheckpointEvent> {
  struct Name {
    int on_checkpoint;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_checkpoint;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const CheckpointEvent& e) {
    o.on_checkpoint(e);
  };
  static void call(auto& o, const CheckpointEvent& e) { o.on_checkpoint(e); }
};

template <>
struct Hook<RunSummary> {
  struct Name {
    int on_run_end;
  };
  template <class O>
  static constexpr bool kOne = requires {
    &O::on_run_end;
  };
  template <class O>
  static constexpr bool kTakes = requires(O& o, const RunSummary& e) {
    o.on_run_end(e);
  };
  static void call(auto& o, const RunSummary& e) { o.on_run_end(e); }
};

template <class O, class Name>
struct WithName : O, Name {};

/// Whether `O` has a member of the hook's name, of whatever kind: in a class that is derived from it and from `Name`
/// the name then means two things. From a final class nothing derives; its overloaded and templated members are not
/// found.
template <class H, class O>
constexpr bool has_member() {
  if constexpr (!std::is_class_v<O>)
    return false;
  else if constexpr (std::is_final_v<O>)
    return H::template kOne<O>;
  else
    return !H::template kOne<WithName<O, typename H::Name>>;
}

template <class Event, class O>
constexpr bool hook_fits = Hook<Event>::template kTakes<O> || !has_member<Hook<Event>, std::remove_const_t<O>>();

}  // namespace detail

/// The rules of an observer, one flag each, evaluated by the compiler: it has a hook, and each member with the name of
/// a hook takes the hook's event.
template <class O>
struct ObserverRules {
  static constexpr bool kRunBegin = detail::hook_fits<RunInfo, O>;
  static constexpr bool kStep = detail::hook_fits<StepEvent, O>;
  static constexpr bool kSkippedStep = detail::hook_fits<SkippedStepEvent, O>;
  static constexpr bool kEvaluation = detail::hook_fits<EvaluationProgress, O>;
  static constexpr bool kPrediction = detail::hook_fits<PredictionEvent, O>;
  static constexpr bool kEpoch = detail::hook_fits<EpochEvent, O>;
  static constexpr bool kCheckpoint = detail::hook_fits<CheckpointEvent, O>;
  static constexpr bool kRunEnd = detail::hook_fits<RunSummary, O>;

  static constexpr bool kHookFits =
      kRunBegin && kStep && kSkippedStep && kEvaluation && kPrediction && kEpoch && kCheckpoint && kRunEnd;

  // One that has the name of a hook with another signature has that fault alone.
  static constexpr bool kHearsSomething =
      !kHookFits || detail::Hook<RunInfo>::template kTakes<O> || detail::Hook<StepEvent>::template kTakes<O> ||
      detail::Hook<SkippedStepEvent>::template kTakes<O> || detail::Hook<EvaluationProgress>::template kTakes<O> ||
      detail::Hook<PredictionEvent>::template kTakes<O> || detail::Hook<EpochEvent>::template kTakes<O> ||
      detail::Hook<CheckpointEvent>::template kTakes<O> || detail::Hook<RunSummary>::template kTakes<O>;

  static constexpr bool kAll = kHookFits && kHearsSomething;
};

/// An object that a run tells of what happens: train/events.hpp lists the hooks. `O` is const where it is const.
template <class O>
concept ObserverPolicy = ObserverRules<O>::kAll;

/// Instantiating this with a bad observer fails to compile with a sentence for each broken rule.
template <class O>
struct CheckedObserver {
  using Rules = ObserverRules<O>;
  static_assert(Rules::kRunBegin,
                "qcs observer: on_run_begin must take const qcs::RunInfo& and be public: void on_run_begin(const "
                "qcs::RunInfo&)");
  static_assert(Rules::kStep,
                "qcs observer: on_step must take const qcs::StepEvent& and be public: void on_step(const "
                "qcs::StepEvent&)");
  static_assert(
      Rules::kSkippedStep,
      "qcs observer: on_skipped_step must take const qcs::SkippedStepEvent& and be public: void on_skipped_step(const "
      "qcs::SkippedStepEvent&)");
  static_assert(
      Rules::kEvaluation,
      "qcs observer: on_evaluation must take const qcs::EvaluationProgress& and be public: void on_evaluation(const "
      "qcs::EvaluationProgress&)");
  static_assert(
      Rules::kPrediction,
      "qcs observer: on_prediction must take const qcs::PredictionEvent& and be public: void on_prediction(const "
      "qcs::PredictionEvent&)");
  static_assert(Rules::kEpoch,
                "qcs observer: on_epoch must take const qcs::EpochEvent& and be public: void on_epoch(const "
                "qcs::EpochEvent&)");
  static_assert(
      Rules::kCheckpoint,
      "qcs observer: on_checkpoint must take const qcs::CheckpointEvent& and be public: void on_checkpoint(const "
      "qcs::CheckpointEvent&)");
  static_assert(Rules::kRunEnd,
                "qcs observer: on_run_end must take const qcs::RunSummary& and be public: void on_run_end(const "
                "qcs::RunSummary&)");
  static_assert(Rules::kHearsSomething,
                "qcs observer: give it at least one of the hooks that qcs/train/events.hpp lists, such as "
                "on_epoch(const EpochEvent&)");
  static constexpr bool kValid = Rules::kAll;
};

}  // namespace qcs
