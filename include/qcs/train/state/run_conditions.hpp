// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/placement.hpp>
#include <qcs/io/named_tensors.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs {

/// The kind of processor that computes: "cpu AVX2", after the instructions that LibTorch uses there, or "cuda".
inline std::string processor_kind(const torch::Device& device) {
  if (!device.is_cpu()) return c10::DeviceTypeName(device.type(), /*lower_case=*/true);
  constexpr std::string_view kLabel = "CPU capability usage: ";
  const auto config = at::show_config();
  const auto at = config.find(kLabel);
  if (at == std::string::npos) return "cpu";
  const auto name = at + kLabel.size();
  return fmt::format("cpu {}", config.substr(name, config.find('\n', name) - name));
}

/// What the numbers of a run depend on besides its recipe, data and seed, as texts that stand in checkpoints:
/// `step`, the training step's name; `memory format`; `ranks`, the number of processes; `processor`, see
/// processor_kind; `threads` that compute.
inline io::Metadata run_conditions(std::string_view step, const Placement& placement) {
  return {{"step", std::string(step)},
          {"memory format", std::string(name_of(placement.format))},
          {"ranks", "1"},
          {"processor", processor_kind(placement.device)},
          {"threads", fmt::to_string(torch::get_num_threads())}};
}

/// What differs, one sentence for each: "threads was 4, is now 2". What only one of the two names is left out: versions
/// differ in what they write down.
inline std::vector<std::string> condition_changes(const io::Metadata& before, const io::Metadata& now) {
  std::vector<std::string> changes;
  for (const auto& [name, value] : now)
    if (const auto found = before.find(name); found != before.end() && found->second != value)
      changes.push_back(fmt::format("{} was {}, is now {}", name, found->second, value));
  return changes;
}

}  // namespace qcs
