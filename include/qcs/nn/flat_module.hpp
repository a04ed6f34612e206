// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <memory>
#include <qcs/core/error.hpp>
#include <qcs/core/torch.hpp>
#include <string>
#include <utility>
#include <vector>

namespace qcs {

/// A module some parts of which have no level of names of their own, as the public checkpoints have it: children,
/// parameters and buffers of such a part are registered as those of the module itself.
class FlatModule : public torch::nn::Module {
 public:
  /// Sets the mode of flat parts, too: they are no children, and may ask for it.
  void train(bool on = true) override {
    torch::nn::Module::train(on);
    for (auto& part : parts_) part->train(on);
  }

 protected:
  /// Registers what `part` has registered. The part keeps it, too, since LibTorch moves and converts tensors in place.
  /// Throws ConfigError for a name that another part has taken.
  template <class Part>
  std::shared_ptr<Part> register_flat(std::shared_ptr<Part> part) {
    const auto take = [&](const std::string& name) {
      if (named_children().contains(name) || named_parameters(false).contains(name) ||
          named_buffers(false).contains(name))
        throw ConfigError(
            fmt::format("{} registers `{}`, a name that another part of the network has", part->name(), name));
      flat_names_.push_back(name);
    };
    for (const auto& child : part->named_children()) {
      take(child.key());
      register_module(child.key(), child.value());
    }
    for (const auto& parameter : part->named_parameters(false)) {
      take(parameter.key());
      register_parameter(parameter.key(), parameter.value(), parameter.value().requires_grad());
    }
    for (const auto& buffer : part->named_buffers(false)) {
      take(buffer.key());
      register_buffer(buffer.key(), buffer.value());
    }
    parts_.push_back(part);
    return part;
  }

  /// Names of all children, parameters and buffers that came by register_flat().
  const std::vector<std::string>& flat_names() const { return flat_names_; }

 private:
  std::vector<std::shared_ptr<torch::nn::Module>> parts_;
  std::vector<std::string> flat_names_;
};

}  // namespace qcs
