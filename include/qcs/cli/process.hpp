// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace qcs::cli {

/// A command line that asks for something unknown or leaves out something needed; ends a program with status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Number of processor threads, at least 1.
inline int cores() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

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

/// Runs a program's `body()` and turns exceptions into one readable message on stderr: status 2 for a wrong command
/// line, 1 for anything else.
int run_program(auto&& body) {
  try {
    return body();
  } catch (const UsageError& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 2;
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: out of memory; a smaller --batch-size needs less\n");
  } catch (const std::exception& error) {
    // LibTorch appends a backtrace to its messages; the first line says what happened.
    const std::string_view text = error.what();
    fmt::print(stderr, "error: {}\n", text.substr(0, text.find('\n')));
  }
  return 1;
}

}  // namespace qcs::cli
