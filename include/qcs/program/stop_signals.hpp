// SPDX-License-Identifier: MIT
#pragma once

#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace qcs::program {

/// What asks a run to stop: Ctrl-C; kill, timeout, systemd; a terminal or connection that closes; and the warnings that
/// batch systems send before they kill (Slurm, Grid Engine, LSF, a limit of processor time). SIGQUIT (Ctrl-\) is left
/// as it is: whoever sends that wants the process to end there and then.
inline constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU};

namespace detail {

inline std::atomic<int> received_signal = 0;
inline std::atomic<std::int64_t> received_at = 0, repeat_window = 0;  // nanoseconds
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free,
              "a signal handler may only use lock-free atomics");

inline std::int64_t monotonic_time() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{1'000'000'000} * now.tv_sec + now.tv_nsec;
}

/// Writes to stderr, or not: it may be closed or full, or a pipe that nobody reads, which a write would wait for.
inline void write_if_possible(std::string_view text) {
  pollfd error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&error, 1, 0) != 1) return;
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

inline void on_stop_signal(int signal) {
  const int saved_errno = errno;
  const std::int64_t now = monotonic_time();
  std::int64_t first = 0;
  if (received_at.compare_exchange_strong(first, now)) {
    received_signal = signal;
    write_if_possible("\nasked to stop: saving the run and leaving; a second signal leaves at once\n");
  } else if (signal != SIGXCPU && now - first >= repeat_window) {  // the kernel repeats SIGXCPU every second
    ::_exit(128 + signal);
  }
  errno = saved_errno;
}

}  // namespace detail

/// From now on kStopSignals ask the process to stop, instead of ending it; a second one ends it at once with status
/// 128 + its number. What was ignored stays ignored, as SIGHUP under nohup. SIGPIPE is ignored too: a run whose output
/// nobody reads any more goes on.
/// @param window signals that come so soon after the first are the same request: `timeout` and a shell whose terminal
/// closes send theirs twice
inline void catch_stop_signals(std::chrono::nanoseconds window = std::chrono::seconds(1)) {
  detail::repeat_window = window.count();
  struct sigaction action = {};
  action.sa_handler = detail::on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal : kStopSignals) {
    struct sigaction before = {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
      ::sigaction(signal, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);
}

/// The signal that asked the process to stop; 0 while there was none.
inline int stop_signal() { return detail::received_signal.load(); }

}  // namespace qcs::program
