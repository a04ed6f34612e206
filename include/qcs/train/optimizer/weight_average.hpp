// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <map>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/optimizer/copy_all.hpp>
#include <string>
#include <vector>

namespace qcs {

/// Exponential moving average of a module's parameters and buffers: after every step, average = decay * average +
/// (1 - decay) * value (Polyak and Juditsky, 1992). Whole numbers, such as counts of batches, are copied.
class WeightAverage {
 public:
  /// Starts at the module's present values.
  WeightAverage(const torch::nn::Module& module, double decay) : decay_(decay) {
    for (const auto& item : module.named_parameters()) add(item.key(), item.value());
    for (const auto& item : module.named_buffers()) add(item.key(), item.value());
  }

  /// Takes in the module's values after a step.
  void update() {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> values, averages, counts, copied_counts;
    for (auto& [name, value, average] : entries_) {
      const bool averaged = average.is_floating_point();
      (averaged ? values : counts).push_back(value);
      (averaged ? averages : copied_counts).push_back(average);
    }
    copy_all(counts, copied_counts);
    at::_foreach_mul_(averages, decay_);
    at::_foreach_add_(averages, values, 1 - decay_);
  }

  double decay() const { return decay_; }

  /// The averages by the module's names, on the CPU; those that are there already are shared.
  io::NamedTensors state_dict() const {
    io::NamedTensors named;
    for (const auto& entry : entries_) named.emplace_back(entry.name, entry.average.cpu());
    return named;
  }

  /// Goes on from what state_dict() gave. Throws CheckpointError if a tensor is missing.
  void load(const io::NamedTensors& tensors) {
    const std::map<std::string, torch::Tensor> by_name(tensors.begin(), tensors.end());
    for (auto& entry : entries_) {
      const auto found = by_name.find(entry.name);
      if (found == by_name.end()) throw CheckpointError(fmt::format("there is no average of {}", entry.name));
      entry.average.copy_(found->second);
    }
  }

  /// While it lives, the module has the averages as its values.
  class Applied {
   public:
    explicit Applied(WeightAverage& average) : average_(average) { average_.exchange(); }
    ~Applied() { average_.exchange(); }
    Applied(const Applied&) = delete;
    Applied& operator=(const Applied&) = delete;

   private:
    WeightAverage& average_;
  };

 private:
  struct Entry {
    std::string name;
    torch::Tensor value;  // the module's own
    torch::Tensor average;
  };

  void add(const std::string& name, const torch::Tensor& value) {
    entries_.push_back({name, value, value.detach().clone()});
  }

  void exchange() {
    const torch::NoGradGuard no_grad;
    for (auto& [name, value, average] : entries_) {
      const auto kept = value.detach().clone();
      value.copy_(average);
      average.copy_(kept);
    }
  }

  double decay_;
  std::vector<Entry> entries_;
};

}  // namespace qcs
