// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace qcs {

namespace detail {

/// A line of /proc/self/mountinfo, as far as it matters here.
struct ControlGroupMount {
  std::string root;   ///< which control group is seen at `point`
  std::string point;  ///< a folder
  bool unified = false;
};

inline std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in{std::string(text)};
  for (std::string part; std::getline(in, part, separator);) parts.push_back(std::move(part));
  return parts;
}

inline bool holds_cpu(std::string_view controllers) {
  const auto names = parts_of(controllers, ',');
  return std::ranges::find(names, "cpu") != names.end();
}

/// A path of mountinfo, where blanks, tabs, line ends and backslashes are three octal digits behind a backslash.
inline std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digits = text.substr(i + 1, 3);
    const bool escaped =
        text[i] == '\\' && digits.size() == 3 && digits.find_first_not_of("01234567") == std::string_view::npos;
    plain += escaped ? static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + digits[2] - '0') : text[i];
    if (escaped) i += 3;
  }
  return plain;
}

/// The mounts of control groups that can limit processors.
inline std::vector<ControlGroupMount> control_group_mounts(std::string_view mountinfo) {
  std::vector<ControlGroupMount> mounts;
  for (const auto& line : parts_of(mountinfo, '\n')) {
    const auto end = line.find(" - ");  // behind a number of optional fields
    if (end == std::string::npos) continue;
    const auto place = parts_of(line.substr(0, end), ' '), kind = parts_of(line.substr(end + 3), ' ');
    if (place.size() < 5 || kind.size() < 3) continue;
    const bool unified = kind[0] == "cgroup2";
    if (unified || (kind[0] == "cgroup" && holds_cpu(kind[2])))
      mounts.push_back({.root = unescaped(place[3]), .point = unescaped(place[4]), .unified = unified});
  }
  return mounts;
}

/// The number at the start of a line of a small file; nothing for `max`, -1 and all else.
inline std::optional<double> positive_number(std::istream& in) {
  double value = 0;
  return in >> value && value > 0 ? std::optional(value) : std::nullopt;
}

/// Processors that one control group grants; nothing where it sets no limit.
inline std::optional<double> quota_of(const std::filesystem::path& group, bool unified) {
  std::ifstream quota_file(group / (unified ? "cpu.max" : "cpu.cfs_quota_us"));
  const auto quota = positive_number(quota_file);
  if (!quota) return std::nullopt;
  std::ifstream period_file(group / "cpu.cfs_period_us");
  constexpr double kDefaultPeriod = 100'000;
  return *quota / positive_number(unified ? quota_file : period_file).value_or(kDefaultPeriod);
}

}  // namespace detail

/// How much processor time a process' control groups grant it, in processors: the least of its group and those above
/// it, version 1 or 2. Nothing where none sets a limit.
/// @param cgroup the text of /proc/self/cgroup
/// @param mountinfo the text of /proc/self/mountinfo
/// @param root stands before the folders that `mountinfo` names
inline std::optional<double> processor_quota(std::string_view cgroup, std::string_view mountinfo,
                                             const std::filesystem::path& root = "/") {
  std::optional<double> least;
  const auto mounts = detail::control_group_mounts(mountinfo);
  for (const auto& line : detail::parts_of(cgroup, '\n')) {  // NUMBER:CONTROLLERS:PATH
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const std::filesystem::path path = line.substr(second + 1);
    for (const auto& mount : mounts) {
      if (mount.unified ? !controllers.empty() : !detail::holds_cpu(controllers)) continue;
      const auto top = root / std::filesystem::path(mount.point).relative_path();
      // In a container the path may be one outside of what is mounted: then the mount itself is the group.
      const auto below = path.lexically_relative(mount.root);
      const bool is_top = below.empty() || below == "." || *below.begin() == "..";
      for (auto group = is_top ? top : top / below;; group = group.parent_path()) {
        if (const auto quota = detail::quota_of(group, mount.unified); quota && (!least || *quota < *least))
          least = quota;
        if (group == top || !group.has_relative_path()) break;
      }
    }
  }
  return least;
}

/// Processors that this thread may run on.
inline int processors_in_affinity() {
  constexpr std::size_t kMost = 1 << 20;
  for (std::size_t size = 1024; size <= kMost; size *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(size), [](cpu_set_t* s) { CPU_FREE(s); });
    if (!set) break;
    if (::sched_getaffinity(0, CPU_ALLOC_SIZE(size), set.get()) == 0)
      return std::max(1, CPU_COUNT_S(CPU_ALLOC_SIZE(size), set.get()));
    if (errno != EINVAL) break;  // EINVAL: the kernel knows more processors than the set has room for
  }
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// Processors that this process can keep busy, at least 1: those it may run on, or what its control group grants,
/// rounded up, where that is less.
inline int usable_processors() {
  const auto text_of = [](const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  };
  const int affinity = processors_in_affinity();
  const auto quota = processor_quota(text_of("/proc/self/cgroup"), text_of("/proc/self/mountinfo"));
  return quota && *quota < affinity ? std::max(1, static_cast<int>(std::ceil(*quota))) : affinity;
}

}  // namespace qcs
