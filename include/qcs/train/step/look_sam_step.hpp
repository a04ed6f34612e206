// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/parameter_names.hpp>
#include <qcs/train/step/look_sam_options.hpp>
#include <qcs/train/step/sam.hpp>
#include <qcs/train/step/step.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// LookSAM (Liu et al., "Towards Efficient and Scalable Sharpness-Aware Minimization", CVPR 2022, arXiv 2203.02714):
/// every k-th step is one of SAM, and keeps g_v, the part of its gradient that is orthogonal to the gradient g at the
/// weights themselves; the steps between take one pass and go along g + alpha |g|/|g_v| g_v. Norms are over all
/// parameters together. g_v and the position between two climbs go into checkpoints.
class LookSamStep {
 public:
  static constexpr std::string_view kName = "looksam";
  using Options = LookSamOptions;

  /// @param clip_norm largest norm of the gradient that the base optimiser steps with; 0 for any
  explicit LookSamStep(std::unique_ptr<torch::optim::Optimizer> base, const Options& options = {}, double clip_norm = 0)
      : sam_(std::move(base), {.rho = options.rho, .epsilon = options.epsilon}),
        options_(options),
        clip_norm_(clip_norm) {}

  auto run(auto&& pass) {
    auto measured = pass();
    const double plain_norm = gradient_norm_after(measured, sam_.base());
    Orthogonal fresh;
    std::optional<double> norm;  // of the gradient to step with, where it is known
    if (position_ == 0) {
      const auto plain = gradients();
      sam_.climb(plain_norm);
      norm = gradient_norm_after(pass(), sam_.base());
      sam_.restore();
      fresh = orthogonal_to(plain, plain_norm);
    } else {
      add_orthogonal(plain_norm);
    }
    sam_.descend(clip_norm_, norm);
    if (position_ == 0) orthogonal_ = std::move(fresh);  // only now: a step that is undone leaves no trace
    position_ = (position_ + 1) % options_.interval;
    return measured;
  }

  torch::optim::Optimizer& optimizer() { return sam_.base(); }
  void abandon() {
    sam_.restore();
    clear_gradients(sam_.base());
  }

  /// `position` between two climbs, `norm` of g_v, and `PARAMETER.orthogonal`, the parts of g_v, on the CPU.
  io::NamedTensors state(const torch::nn::Module& module) {
    io::NamedTensors tensors{{"position", torch::tensor(std::int64_t{position_}, torch::kInt64)},
                             {"norm", torch::tensor(orthogonal_.norm, torch::kFloat64)}};
    const auto names = parameter_names(sam_.base(), module);
    for (std::size_t i = 0; i < orthogonal_.parts.size(); ++i)
      if (orthogonal_.parts[i].defined() && !names.at(i).empty())
        tensors.emplace_back(names[i] + kSuffix, orthogonal_.parts[i].cpu());
    return tensors;
  }

  /// Goes on from what state() gave; with a shorter interval than then, with a climb if the position is beyond it.
  /// Throws CheckpointError with everything that does not fit, and then stays as it was.
  void load_state(const torch::nn::Module& module, const io::NamedTensors& tensors) {
    std::map<std::string, torch::Tensor> left(tensors.begin(), tensors.end());
    std::vector<std::string> faults;
    const auto number = [&](const char* name, torch::ScalarType dtype) {
      const auto entry = left.extract(name);
      if (entry && entry.mapped().numel() == 1 && entry.mapped().scalar_type() == dtype)
        return entry.mapped().item<double>();
      faults.push_back(fmt::format("there is no number `{}`", name));
      return 0.;
    };
    const auto position = number("position", torch::kInt64);
    Orthogonal stored{.norm = number("norm", torch::kFloat64)};
    const auto names = parameter_names(sam_.base(), module);
    stored.parts.resize(names.size());
    for_each_parameter([&](const torch::Tensor& parameter, std::size_t index) {
      const auto entry = left.extract(names[index] + kSuffix);
      if (!entry) return;  // it never had a gradient
      const auto& part = entry.mapped();
      if (part.sizes() != parameter.sizes())
        faults.push_back(fmt::format("{} has shape ({}), expected ({})", entry.key(), fmt::join(part.sizes(), ", "),
                                     fmt::join(parameter.sizes(), ", ")));
      else
        stored.parts[index] = part.to(parameter.options().requires_grad(false), /*non_blocking=*/false, /*copy=*/true);
    });
    for (const auto& [name, tensor] : left) faults.push_back(fmt::format("nothing takes {}", name));
    if (!faults.empty())
      throw CheckpointError(fmt::format("the state of step `{}` does not fit: {}", kName, fmt::join(faults, "; ")));
    position_ = position > 0 && position < options_.interval ? static_cast<int>(position) : 0;
    orthogonal_ = std::move(stored);
  }

 private:
  static constexpr const char* kSuffix = ".orthogonal";

  /// g_v by parameter, undefined for one without a gradient, and its norm. The norm is kept with it, not worked out
  /// anew: a resumed run then has the same bits however its tensors lie in memory.
  struct Orthogonal {
    std::vector<torch::Tensor> parts = {};
    double norm = 0;
  };

  void for_each_parameter(auto visit) {
    std::size_t index = 0;
    for (auto& group : sam_.base().param_groups())
      for (auto& parameter : group.params()) visit(parameter, index++);
  }

  std::size_t parameter_count() {
    std::size_t count = 0;
    for (const auto& group : sam_.base().param_groups()) count += group.params().size();
    return count;
  }

  /// Copies of the gradients, by parameter.
  std::vector<torch::Tensor> gradients() {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> copies(parameter_count());
    for_each_gradient(sam_.base(), [&](const torch::Tensor&, const torch::Tensor& g, std::size_t index) {
      copies[index] = g.clone();
    });
    return copies;
  }

  /// The present gradients less their projection on those of `plain`, which are together this long.
  Orthogonal orthogonal_to(const std::vector<torch::Tensor>& plain, double plain_norm) {
    const torch::NoGradGuard no_grad;
    Orthogonal found{.parts = std::vector<torch::Tensor>(plain.size())};
    std::vector<torch::Tensor> parts, longer, along, products;
    for_each_gradient(sam_.base(), [&](const torch::Tensor&, const torch::Tensor& g, std::size_t index) {
      parts.push_back(found.parts[index] = g.clone());
      if (!plain[index].defined()) return;
      longer.push_back(parts.back());
      along.push_back(plain[index]);
      products.push_back((g * plain[index]).sum());
    });
    if (!products.empty() && plain_norm > 0) {
      scale_all(along, torch::stack(products).sum() / (plain_norm * plain_norm));
      at::_foreach_sub_(longer, along);
    }
    if (!parts.empty()) found.norm = checked_norm(joint_norm(parts).item<double>());
    return found;
  }

  /// Adds alpha |g|/|g_v| g_v to the gradients g of this norm.
  void add_orthogonal(double norm) {
    const torch::NoGradGuard no_grad;
    const double factor = options_.alpha * norm / (orthogonal_.norm + options_.epsilon);
    for_each_gradient(sam_.base(), [&](const torch::Tensor&, torch::Tensor g, std::size_t index) {
      if (index < orthogonal_.parts.size() && orthogonal_.parts[index].defined())
        g.add_(orthogonal_.parts[index], factor);
    });
  }

  Sam sam_;
  Options options_;
  double clip_norm_;
  int position_ = 0;  // steps since the last climb
  Orthogonal orthogonal_ = {};
};
static_assert(StepPolicy<LookSamStep> && StatefulStep<LookSamStep>);

}  // namespace qcs
