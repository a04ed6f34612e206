// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

namespace qcs::cli {

namespace detail {

inline std::atomic<int> received_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may only use lock-free atomics");

inline void on_stop_signal(int signal) {
  if (received_signal.exchange(signal) != 0) ::_exit(128 + signal);
  constexpr std::string_view kSaving =
      "\nasked to stop: saving the run and leaving; the same signal again leaves at once\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kSaving.data(), kSaving.size());
}

}  // namespace detail

/// From now on SIGINT and SIGTERM ask the process to stop, instead of ending it; a second one ends it at once with
/// status 128 + its number.
inline void catch_stop_signals() {
  struct sigaction action = {};
  action.sa_handler = detail::on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

/// The signal that asked the process to stop; 0 while there was none.
inline int stop_signal() { return detail::received_signal.load(); }

}  // namespace qcs::cli
