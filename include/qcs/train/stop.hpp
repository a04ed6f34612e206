// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

namespace qcs {

/// Says whether a run was asked to stop; called often, from the thread that trains. Empty for a run that nobody stops.
using StopCheck = std::function<bool()>;

namespace detail {

/// Thrown where a run was asked to stop, and caught by the trainer; no error, so not an exception of the library.
struct Stopped {};

inline void stop_if_asked(const StopCheck& asked) {
  if (asked && asked()) throw Stopped{};
}

}  // namespace detail

}  // namespace qcs
