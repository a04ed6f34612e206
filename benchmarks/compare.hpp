// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::benchmarks {

inline double seconds_of(auto&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A line of /proc/self/status in MiB: VmRSS, memory in use now, or VmHWM, its peak.
inline double memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  return 0;
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Runs `ours` and `theirs` in turn, A B A B, after one unmeasured run of each, and prints both medians and their
/// ratio: above 1 means that ours is faster.
void compare(std::string_view what, int rounds, auto&& ours, auto&& theirs) {
  std::vector<double> a, b, ratio;
  for (int round = -1; round < rounds; ++round) {
    const double first = seconds_of(ours), second = seconds_of(theirs);
    if (round < 0) continue;
    a.push_back(first);
    b.push_back(second);
    ratio.push_back(second / first);
  }
  fmt::print("{:<52} {:>10.2f} ms {:>10.2f} ms {:>7.2f}x\n", what, 1e3 * median(a), 1e3 * median(b), median(ratio));
}

}  // namespace qcs::benchmarks
