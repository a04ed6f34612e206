// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/train/events.hpp>
#include <qcs/train/observer_rules.hpp>

namespace qcs {

namespace detail {

template <class O, class Event>
void notify_one(O& observer, const Event& event) {
  if constexpr (CheckedObserver<O>::kValid && Hook<Event>::template kTakes<O>) Hook<Event>::call(observer, event);
}

}  // namespace detail

/// Hands an event to every observer that has a hook for it, in order. An observer without any hook, or with a member
/// that has the name of a hook but does not take its event, does not compile.
template <class Event, class... Observers>
void notify(const Event& event, Observers&... observers) {
  (detail::notify_one(observers, event), ...);
}

}  // namespace qcs
