// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <opencv2/core/version.hpp>
#include <qcs/core/file/host_name.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/core/processors.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/core/version.hpp>
#include <string>

namespace qcs {

/// The processor's name as Linux tells it, else the machine's architecture.
inline std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
  utsname system{};
  return ::uname(&system) == 0 ? system.machine : "unknown";
}

inline std::string compiler_name() {
#if defined(__clang__)
  return fmt::format("Clang {}", __clang_version__);
#elif defined(__GNUC__)
  return fmt::format("GCC {}", __VERSION__);
#else
  return "unknown";
#endif
}

/// Versions and machine, for reports: what a result may depend on beyond its recipe.
inline NamedValues environment(const torch::Device& device, int workers) {
  utsname system{};
  ::uname(&system);
  return {{"qcs", kVersion},
          {"LibTorch", TORCH_VERSION},
          {"OpenCV", CV_VERSION},
          {"compiler", compiler_name()},
          {"system", fmt::format("{} {} ({})", system.sysname, system.release, system.machine)},
          {"processor", fmt::format("{}, {} threads", processor_name(), usable_processors())},
          {"device", device.str()},
          {"compute threads", fmt::format("{}", torch::get_num_threads())},
          {"loader threads", fmt::format("{}", workers)},
          {"host", fmt::format("{}, process {}", host_name(), ::getpid())},
          {"started", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(std::time(nullptr)))}};
}

}  // namespace qcs
