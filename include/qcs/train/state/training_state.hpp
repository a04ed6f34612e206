// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <qcs/core/error.hpp>
#include <qcs/core/generator.hpp>
#include <qcs/core/random.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/optimizer/weight_average.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/state/checkpoint.hpp>
#include <qcs/train/state/optimizer_state.hpp>
#include <qcs/train/state/run_conditions.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <qcs/train/training_parts.hpp>
#include <qcs/weights/load_weights.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs {

/// All that training changes: the network, the optimiser, what the step keeps, the average of the weights, the random
/// generators and where the run stands; and how it becomes a checkpoint and comes back from one.
template <class Net, class Step, class Loss = CrossEntropy>
struct TrainingState {
  Net network;
  Placement placement;
  TupleStep<Net, Step, Loss> step;
  std::optional<WeightAverage> average = {};
  RunState run = {};
  torch::Tensor restored_generator = {}, restored_device_generator = {};  ///< from a checkpoint, until training goes on

  /// The state of `network`, placed, before its first step.
  static TrainingState start(Net network, const Recipe& recipe, const Placement& placement,
                             const TrainingParts<Step, Loss>& parts) {
    if (recipe.aids.freeze_backbone) network->freeze_backbone();
    place(*network, placement);
    TrainingState state{
        .network = network,
        .placement = placement,
        .step = {network, placement, make_optimizer(network->parameters(), recipe.optimizer, recipe.learning_rate),
                 parts.step, recipe.aids.clip_norm, loss_of(parts, recipe), recipe.cross_share}};
    if (recipe.aids.average_decay > 0) state.average.emplace(*network, recipe.aids.average_decay);
    state.run.epoch = recipe.first_epoch;
    return state;
  }

  /// What the numbers of the run depend on besides its recipe, data and seed.
  io::Metadata conditions() const { return run_conditions(Step::kName, placement); }

  /// The present state; shares memory with the network, so it holds until the next step. Throws NumericError rather
  /// than give weights that are not finite.
  Checkpoint checkpoint(const io::Metadata& metadata, std::uint64_t seed) {
    Checkpoint c{.architecture = network->architecture().text(),
                 .metadata = metadata,
                 .seed = static_cast<std::int64_t>(seed),
                 .state = run,
                 .state_dict = state_dict(*network)};
    for (const auto& [name, tensor] : c.state_dict)
      if (tensor.is_floating_point() && !torch::isfinite(tensor).all().template item<bool>())
        throw NumericError(fmt::format("{} is not finite any more; a lower learning rate may help", name));
    if (average) c.training_state_dict = std::exchange(c.state_dict, average->state_dict());
    c.optimizer = optimizer_state(step.optimizer(), *network);
    c.step = step.state();
    c.conditions = conditions();
    c.generator = restored_generator.defined() ? restored_generator : generator_of(torch::kCPU).get_state();
    if (!placement.device.is_cpu())
      c.device_generator =
          restored_device_generator.defined() ? restored_device_generator : generator_of(placement.device).get_state();
    return c;
  }

  /// Goes back to a checkpoint of the same architecture and optimiser. The optimiser's own settings stay. Throws
  /// CheckpointError if a tensor does not fit, or the step needs a state that the checkpoint does not have.
  void restore(Checkpoint& c) {
    if constexpr (StatefulStep<Step>) require_step_state(c);
    load_weights(*network, c.training_state_dict.empty() ? c.state_dict : c.training_state_dict, {.exact_names = true});
    if (average) {
      *average = WeightAverage(*network, average->decay());
      if (!c.training_state_dict.empty()) average->load(c.state_dict);
    }
    load_optimizer_state(step.optimizer(), *network, c.optimizer);
    if constexpr (StatefulStep<Step>) step.load_state(*c.step);
    run = std::move(c.state);
    restored_generator = c.generator;
    restored_device_generator = c.device_generator;
  }

  /// Sets the generators to where the epoch under way needs them: to its seed, or, within it, to the checkpoint's
  /// state.
  void seed_epoch(std::uint64_t seed) {
    const auto generator = std::exchange(restored_generator, torch::Tensor());
    const auto device_generator = std::exchange(restored_device_generator, torch::Tensor());
    if (run.batch == 0) {
      torch::manual_seed(derive_seed(seed, static_cast<std::uint64_t>(Purpose::kNetwork), run.epoch + 1));
      return;
    }
    if (generator.defined()) generator_of(torch::kCPU).set_state(generator);
    if (device_generator.defined() && !placement.device.is_cpu())
      generator_of(placement.device).set_state(device_generator);
  }

  /// Bytes that a checkpoint will take once the optimiser has its state, without what is small.
  std::uintmax_t checkpoint_bytes(const OptimizerOptions& optimizer) const {
    std::uintmax_t weights = 0;
    for (const auto& parameter : network->parameters()) weights += parameter.nbytes();
    const int moments = optimizer.kind == OptimizerKind::kSgd ? (optimizer.momentum > 0 ? 1 : 0) : 2;
    const int kept = StatefulStep<Step> ? 1 : 0;  // what a step keeps is taken to be as large as a gradient
    return weights * static_cast<std::uintmax_t>(1 + moments + kept + (average ? 1 : 0));
  }

 private:
  static void require_step_state(const Checkpoint& c) {
    constexpr std::string_view kName = Step::kName;
    const auto found = c.conditions.find("step");
    const std::string before = found == c.conditions.end() ? "a step without a name" : found->second;
    if (!c.step)
      throw CheckpointError(
          fmt::format("the step `{}` goes on from a state of its own, and the checkpoint, of `{}`, "
                      "has none; go on with that step, or start a new run from its weights",
                      kName, before));
    if (before != kName)
      throw CheckpointError(
          fmt::format("the step `{}` goes on from a state of its own, and the checkpoint has that of "
                      "`{}`; go on with that step, or start a new run from its weights",
                      kName, before));
  }
};

}  // namespace qcs
