// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <qcs/core/autocast.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/generator.hpp>
#include <qcs/core/placement.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/io/named_tensors.hpp>
#include <qcs/train/loss/branch_loss.hpp>
#include <qcs/train/loss/cross_entropy.hpp>
#include <qcs/train/loss/loss.hpp>
#include <qcs/train/optimizer/copy_all.hpp>
#include <qcs/train/optimizer/gradient.hpp>
#include <qcs/train/run_state.hpp>
#include <qcs/train/step/placed_batches.hpp>
#include <qcs/train/step/step.hpp>
#include <qcs/train/stop.hpp>
#include <span>
#include <utility>
#include <vector>

namespace qcs {

/// One optimiser step of a network on batches of tuples, done wholly or not at all: whatever ends its passes early,
/// weights, batch-normalisation statistics and random generators are then those before it. Only an update that fails
/// halfway, for want of memory, cannot be undone; see whole().
template <class Net, class Step, class Loss = CrossEntropy>
class TupleStep {
 public:
  using Topology = typename Net::ContainedType::TopologyType;
  using Batch = TupleBatch<Topology>;

  /// @param placement where the network is, and how it computes
  /// @param cross_share see BranchLosses::mean
  TupleStep(Net network, const Placement& placement, std::unique_ptr<torch::optim::Optimizer> optimizer,
            const StepOptionsOf<Step>& options, double clip_norm, Loss loss, double cross_share = kPublishedCrossShare)
      : network_(std::move(network)),
        placement_(placement),
        step_(std::move(optimizer), options, clip_norm),
        loss_(std::move(loss)),
        cross_share_(cross_share) {}

  /// Steps with the mean gradient over the tuples of all `batches`, each of which passes through the network by itself.
  /// Throws NumericError if a loss or gradient is not finite, and leaves early where `stop` says so.
  StepMeasures run(std::span<Batch> batches, const StopCheck& stop = {}) {
    std::int64_t tuples = 0;
    std::vector<torch::Tensor> numbers;
    for (auto& batch : batches) {
      if constexpr (loss_reads_images<Loss>) numbers.push_back(placed_numbers(batch));
      place_batch(batch, placement_);
      tuples += batch.size();
    }
    const Snapshot before(*network_, placement_.device);
    bool updates = false;
    try {
      return step_.run([&] {
        updates = false;
        std::vector<torch::Tensor> values;
        std::vector<double> shares;
        for (std::size_t i = 0; i < batches.size(); ++i) {
          detail::stop_if_asked(stop);
          shares.push_back(static_cast<double>(batches[i].size()) / static_cast<double>(tuples));
          values.push_back(pass(batches[i], numbers.empty() ? torch::Tensor() : numbers[i], shares.back()));
        }
        const auto measures = read(values, shares);
        updates = true;
        return measures;
      });
    } catch (const NumericError&) {  // comes before the update
      step_.abandon();
      before.restore();
      throw;
    } catch (...) {
      whole_ = whole_ && !updates;
      step_.abandon();
      before.restore();
      throw;
    }
  }

  /// Whether weights and optimiser are those between two steps; false for good once an update failed halfway.
  bool whole() const { return whole_; }

  /// The optimiser inside.
  torch::optim::Optimizer& optimizer() { return step_.optimizer(); }

  /// What the step itself keeps between updates; nothing for a step that keeps nothing.
  std::optional<io::NamedTensors> state() {
    if constexpr (StatefulStep<Step>)
      return step_.state(*network_);
    else
      return std::nullopt;
  }

  /// Gives a step that keeps something what state() gave.
  void load_state(const io::NamedTensors& tensors) {
    if constexpr (StatefulStep<Step>) step_.load_state(*network_, tensors);
  }

 private:
  /// What a pass changes besides weights and gradients.
  class Snapshot {
   public:
    Snapshot(const torch::nn::Module& module, torch::Device device) : device_(device) {
      for (const auto& buffer : module.buffers()) {
        buffers_.push_back(buffer);
        values_.push_back(torch::empty_like(buffer));
      }
      copy_all(buffers_, values_);
      generator_ = generator_of(torch::kCPU).get_state();
      if (!device.is_cpu()) device_generator_ = generator_of(device).get_state();
    }

    void restore() const {
      const torch::NoGradGuard no_grad;
      copy_all(values_, buffers_);
      generator_of(torch::kCPU).set_state(generator_);
      if (!device_.is_cpu()) generator_of(device_).set_state(device_generator_);
    }

   private:
    torch::Device device_;
    std::vector<torch::Tensor> buffers_, values_;
    torch::Tensor generator_, device_generator_;
  };

  /// (N, B) int64, where the network is: what branch_losses calls `images`.
  torch::Tensor placed_numbers(const Batch& batch) const {
    const auto branches = static_cast<std::int64_t>(branch_count<Topology>);
    auto numbers = torch::empty({branches, batch.size()}, torch::kInt64);
    auto* number = numbers.template data_ptr<std::int64_t>();
    for (std::size_t b = 0; b < branch_count<Topology>; ++b)
      for (const auto& tuple : batch.members) *number++ = static_cast<std::int64_t>(tuple[b]);
    if (placement_.device.is_cpu()) return numbers;
    return numbers.pin_memory().to(placement_.device, /*non_blocking=*/true);
  }

  /// Forward and backward; `share` scales the gradients, not the measures. Returns these, (K), without waiting for
  /// them: loss, accuracy, then the base and the cross losses of the branches.
  torch::Tensor pass(const Batch& batch, const torch::Tensor& numbers, double share) {
    std::optional<Tf32Products> tf32;  // unlike autocast's types, nothing of it is kept for the backward pass
    if (placement_.precision == Precision::kTf32) tf32.emplace(true);
    const auto output = forward(batch);
    const auto losses = branch_losses<Topology>(output, batch.labels, numbers, loss_);
    const auto loss = losses.mean(cross_share_);
    std::vector<torch::Tensor> values{loss,
                                      (output.base_logits[0].argmax(1) == batch.labels[0]).to(loss.dtype()).mean()};
    values.insert(values.end(), losses.base.begin(), losses.base.end());
    values.insert(values.end(), losses.cross.begin(), losses.cross.end());
    (share == 1 ? loss : loss * share).backward();
    return torch::stack(values).detach().to(torch::kFloat64);
  }

  BranchOutput<Topology> forward(const Batch& batch) {
    const ComputePrecision precision(placement_);
    return network_->forward_branches(batch.branches());
  }

  /// What the passes measured, and the norm of their gradient, in the one look at the device that they cost. Throws
  /// NumericError if a loss or the gradient is not finite.
  StepMeasures read(std::vector<torch::Tensor> values, const std::vector<double>& shares) {
    const torch::NoGradGuard no_grad;
    values.push_back(Gradients::of(step_.optimizer()).norm().to(values[0].options()).view({1}));
    const auto on_cpu = torch::cat(values).to(torch::kCPU);
    const double* v = on_cpu.template data_ptr<double>();
    EpochMeans means;
    for (const double share : shares) {
      if (!std::isfinite(v[0])) throw NumericError(fmt::format("the loss became {}", not_finite(v[0])));
      means.add(measures_of(v), share);
      v += 2 + 2 * branch_count<Topology>;
    }
    auto measures = means.value();
    measures.gradient_norm = checked_norm(*v);
    return measures;
  }

  static StepMeasures measures_of(const double* v) {
    StepMeasures m{.loss = v[0], .accuracy = v[1], .roles = std::vector<RoleLoss>(role_count<Topology>)};
    for (std::size_t b = 0; b < branch_count<Topology>; ++b) {
      const double base = v[2 + b], cross = v[2 + branch_count<Topology> + b];
      constexpr double kBranches = branch_count<Topology>;
      m.base_loss += base / kBranches;
      m.cross_loss += cross / kBranches;
      const int role = role_of<Topology>(b);
      const auto of_role = static_cast<double>(branches_of_role<Topology>(role));
      m.roles[static_cast<std::size_t>(role)].base += base / of_role;
      m.roles[static_cast<std::size_t>(role)].cross += cross / of_role;
    }
    return m;
  }

  Net network_;
  Placement placement_;
  Step step_;
  Loss loss_;
  double cross_share_;
  bool whole_ = true;
};

}  // namespace qcs
