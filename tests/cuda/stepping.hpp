// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <qcs/core/error.hpp>
#include <qcs/train/state/optimizer_state.hpp>

#include "support.hpp"

namespace cuda_test {

/// A run of four steps against one that goes on, in another network and step, from what the first had after two.
template <qcs::TopologyShape T>
void check_resumption(Checks& checks, const qcs::Placement& placement) {
  const Way way{.placement = placement, .dropout = .1};
  const auto device = placement.device;
  Run<T> whole(way);
  for (const int number : {0, 1}) whole.take(number);
  const auto weights = copies(whole.network->parameters()), buffers = copies(whole.network->buffers());
  const auto kept = qcs::optimizer_state(whole.step->optimizer(), *whole.network);
  qcs::io::NamedTensors moments;
  for (const auto& [name, tensor] : kept) moments.emplace_back(name, tensor.clone(torch::MemoryFormat::Contiguous));
  const auto generator = qcs::generator_of(torch::kCPU).get_state();
  const auto device_generator = device.is_cpu() ? torch::Tensor() : qcs::generator_of(device).get_state();
  std::vector<double> expected;
  for (const int number : {2, 3}) expected.push_back(whole.take(number));
  const auto state = whole.state();

  Run<T> second(way, /*seed=*/77);
  {
    const torch::NoGradGuard no_grad;
    const auto load = [](std::vector<torch::Tensor> to, const Values& from) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
    };
    load(second.network->parameters(), weights);
    load(second.network->buffers(), buffers);
  }
  qcs::load_optimizer_state(second.step->optimizer(), *second.network, moments);
  qcs::generator_of(torch::kCPU).set_state(generator);
  if (!device.is_cpu()) qcs::generator_of(device).set_state(device_generator);
  std::vector<double> losses;
  for (const int number : {2, 3}) losses.push_back(second.take(number));
  const auto what = fmt::format("{} {}", std::string_view(T::kName), name_of(placement));
  checks.that(losses == expected, what + ": losses of a resumed run, to the bit");
  checks.that(same_bits(second.state(), state), what + ": weights, statistics and generators of a resumed run");
}

/// A step on images that are no numbers leaves nothing behind.
template <qcs::TopologyShape T>
void check_undone(Checks& checks, const qcs::Placement& placement) {
  Run<T> run({.placement = placement, .dropout = .1});
  run.take(0);
  const auto before = run.state();
  auto poisoned = run.batch(1);
  poisoned.images.fill_(std::numeric_limits<float>::quiet_NaN());
  bool thrown = false;
  try {
    run.take(std::move(poisoned));
  } catch (const qcs::NumericError&) {
    thrown = true;
  }
  const auto what = fmt::format("{} {}", std::string_view(T::kName), name_of(placement));
  checks.that(thrown, what + ": images that are no numbers give a NumericError");
  checks.that(same_bits(run.state(), before), what + ": and leave weights, statistics and generators as they were");
  checks.that(std::ranges::none_of(run.network->parameters(), [](const auto& w) { return w.grad().defined(); }),
              what + ": and no gradients");
  checks.that(std::isfinite(run.take(1)), what + ": the step after it is a good one");
}

/// Notes in both halves of a pass whether products of matrices may be of TF32.
class Tf32Witness {
 public:
  static constexpr std::string_view kName = "tf32 witness";
  static constexpr bool kReadsImages = false;

  explicit Tf32Witness(std::vector<bool>& seen) : seen_(&seen) {}

  torch::Tensor operator()(const torch::Tensor& logits, const qcs::BranchTarget& target) const {
    const auto note = [seen = seen_] { seen->push_back(at::globalContext().allowTF32CuBLAS()); };
    note();
    auto hooked = logits * 1;
    hooked.register_hook([note](const torch::Tensor&) { note(); });
    return qcs::CrossEntropy()(hooked, target);
  }

 private:
  std::vector<bool>* seen_;
};

inline void check_tf32(Checks& checks, torch::Device device) {
  const bool before = at::globalContext().allowTF32CuBLAS();
  for (const auto precision : {qcs::Precision::kTf32, qcs::Precision::kFloat32}) {
    const qcs::Placement placement{.device = device, .precision = precision};
    Run<qcs::Dual> run({.placement = placement});
    std::vector<bool> seen;
    qcs::TupleStep<Net<qcs::Dual>, qcs::SamStep, Tf32Witness> step(
        run.network, placement, qcs::make_optimizer(run.network->parameters(), {}, 1e-3), {}, 0, Tf32Witness(seen));
    auto batch = run.batch(0);
    step.run(std::span(&batch, 1));
    const bool expected = precision == qcs::Precision::kTf32 || before;
    checks.that(seen.size() == 16 && std::ranges::all_of(seen, [&](bool on) { return on == expected; }),
                fmt::format("{}: forward and backward passes alike", qcs::name_of(precision)));
    checks.that(at::globalContext().allowTF32CuBLAS() == before,
                fmt::format("{}: ends with the step", qcs::name_of(precision)));
  }
}

}  // namespace cuda_test
