// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/memory_error.hpp>
#include <qcs/core/processors.hpp>
#include <qcs/core/text/say.hpp>
#include <qcs/core/text/terminal_text.hpp>
#include <qcs/program/memory_to_start.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace qcs::program {

/// A command line that asks for something unknown or leaves out something needed; ends a program with status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Processors that this process can keep busy, at least 1 (see usable_processors).
inline int cores() { return usable_processors(); }

/// How many compute threads a program starts when it is not told.
struct ThreadChoice {
  int threads = 1;
  std::optional<std::string> note = {};  ///< what was wrong with OMP_NUM_THREADS
};

/// The first number of OMP_NUM_THREADS (`4`, `4,2`), or `otherwise` where that is not set, empty or no number of
/// threads.
inline ThreadChoice thread_choice(const char* omp_num_threads, int otherwise) {
  constexpr int kMost = 1024;
  constexpr std::string_view kBlanks = " \t\r\n";
  std::string_view text = omp_num_threads == nullptr ? "" : omp_num_threads;
  if (text.find_first_not_of(kBlanks) == std::string_view::npos) return {.threads = otherwise};
  text = text.substr(0, text.find(','));
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(kBlanks)));
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  int threads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error == std::errc() && end == text.data() + text.size() && threads >= 1 && threads <= kMost)
    return {.threads = threads};
  return {.threads = otherwise,
          .note = fmt::format("OMP_NUM_THREADS is `{}`, expected a number within 1..{}; computing with {} threads",
                              omp_num_threads, kMost, otherwise)};
}

/// The choice of this process: OMP_NUM_THREADS, else cores().
inline ThreadChoice default_threads() { return thread_choice(std::getenv("OMP_NUM_THREADS"), cores()); }

/// Starts the program over with OpenMP's waiting threads set to sleep after a few microseconds, unless the environment
/// says how they shall wait: OpenMP reads that when its library loads, and with its busy waiting idle threads take the
/// processor from the image loader and from other programs.
inline void wait_passively(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  ::setenv("OMP_WAIT_POLICY", "passive", 1);
  ::setenv("GOMP_SPINCOUNT", "3000", 1);
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) ::execv(program.c_str(), argv);  // comes back only on failure: then go on as we are
}

namespace detail {

/// Gives closed standard streams a place holder that cannot be read or written: else the next file that is opened, a
/// checkpoint say, would get their number, and all that is printed.
inline void hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})  // open() takes the lowest free number
    if (::fcntl(stream, F_GETFD) < 0) (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int run_and_report(auto&& body) {
  try {
    return body();
  } catch (const UsageError& error) {
    fmt::print(stderr, "error: {}\n", terminal_text(error.what()));
    return 2;
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", terminal_text(error.what()));
  } catch (const std::exception& error) {
    if (const auto request = memory_request(error)) {
      fmt::print(stderr, "error: out of memory: {} could not be had\n", request->text());
      return 1;
    }
    // LibTorch appends a backtrace to its messages; the first line says what happened.
    const std::string_view text = error.what();
    fmt::print(stderr, "error: {}\n", terminal_text(text.substr(0, text.find('\n'))));
  }
  return 1;
}

}  // namespace detail

/// Runs a program's `body()` and turns exceptions into one readable message on stderr: status 2 for a wrong command
/// line, 1 for anything else. A file that grows beyond `ulimit -f` is an error like a full disk.
int run_program(auto&& body) {
  detail::hold_standard_streams();
  ::signal(SIGXFSZ, SIG_IGN);
  try {
    return detail::run_and_report(body);
  } catch (const std::system_error&) {  // stderr does not take the message
    return 1;
  }
}

}  // namespace qcs::program
