// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/train/events.hpp>

namespace qcs {

namespace detail {

template <class Observer, class Event>
void notify_one(Observer& observer, const Event& event) {
  if constexpr (requires { observer.on_run_begin(event); }) observer.on_run_begin(event);
  if constexpr (requires { observer.on_step(event); }) observer.on_step(event);
  if constexpr (requires { observer.on_skipped_step(event); }) observer.on_skipped_step(event);
  if constexpr (requires { observer.on_evaluation(event); }) observer.on_evaluation(event);
  if constexpr (requires { observer.on_prediction(event); }) observer.on_prediction(event);
  if constexpr (requires { observer.on_epoch(event); }) observer.on_epoch(event);
  if constexpr (requires { observer.on_checkpoint(event); }) observer.on_checkpoint(event);
  if constexpr (requires { observer.on_run_end(event); }) observer.on_run_end(event);
}

template <class Observer>
concept HearsSomething = requires(Observer& o, const RunInfo& e) {
  o.on_run_begin(e);
}
|| requires(Observer& o, const StepEvent& e) { o.on_step(e); }
|| requires(Observer& o, const SkippedStepEvent& e) { o.on_skipped_step(e); }
|| requires(Observer& o, const EvaluationProgress& e) { o.on_evaluation(e); }
|| requires(Observer& o, const PredictionEvent& e) { o.on_prediction(e); }
|| requires(Observer& o, const EpochEvent& e) { o.on_epoch(e); }
|| requires(Observer& o, const CheckpointEvent& e) { o.on_checkpoint(e); }
|| requires(Observer& o, const RunSummary& e) { o.on_run_end(e); };

}  // namespace detail

/// Hands an event to every observer that has a hook for it, in order. An observer without any hook does not compile.
template <class Event, class... Observers>
void notify(const Event& event, Observers&... observers) {
  static_assert((detail::HearsSomething<Observers> && ...),
                "qcs observer: give it at least one of the hooks that qcs/train/events.hpp lists, such as "
                "on_epoch(const EpochEvent&)");
  (detail::notify_one(observers, event), ...);
}

}  // namespace qcs
