// SPDX-License-Identifier: MIT
#pragma once

#include <qcs/model/attention/contribution.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/base_branch.hpp>
#include <qcs/train/loss/branch_loss.hpp>

#include "support.hpp"

namespace cuda_test {

/// Products and convolutions of float32 with all digits, for as long as it lives.
class NoTf32 {
 public:
  NoTf32() : convolutions_(at::globalContext().allowTF32CuDNN()) { at::globalContext().setAllowTF32CuDNN(false); }
  ~NoTf32() { at::globalContext().setAllowTF32CuDNN(convolutions_); }
  NoTf32(const NoTf32&) = delete;
  NoTf32& operator=(const NoTf32&) = delete;

 private:
  qcs::Tf32Products products_{false};
  bool convolutions_;
};

/// Logits of all branches, and gradients of all parameters, of one pass without a step.
template <qcs::TopologyShape T>
std::pair<Values, Values> pass_of(Run<T>& run, const qcs::Placement& placement) {
  auto batch = run.batch(0);
  qcs::place_batch(batch, placement);
  const auto output = run.network->forward_branches(batch.branches());
  qcs::branch_losses<T>(output, batch.labels).mean().backward();
  std::vector<torch::Tensor> logits(output.base_logits.begin(), output.base_logits.end()), gradients;
  logits.insert(logits.end(), output.cross_logits.begin(), output.cross_logits.end());
  for (auto& parameter : run.network->parameters()) {
    gradients.push_back(parameter.grad());
    parameter.mutable_grad() = torch::Tensor();
  }
  return {copies(logits), copies(gradients)};
}

/// The same network, images and steps on the CPU and on the device. Momentum, not Adam: that makes steps of full length
/// of gradients that are nothing but rounding.
template <qcs::TopologyShape T>
void check_parity(Checks& checks, torch::Device device, torch::ScalarType type, double limit) {
  const NoTf32 whole;
  Way way{.placement = {}, .type = type, .optimizer = qcs::OptimizerKind::kSgd, .dropout = 0, .rate = .02};
  Run<T> on_cpu(way);
  const auto [logits, gradients] = pass_of(on_cpu, way.placement);
  for (int step = 0; step < 2; ++step) on_cpu.take(step);
  for (const auto format : {qcs::MemoryFormat::kContiguous, qcs::MemoryFormat::kChannelsLast}) {
    way.placement = {.device = device, .precision = qcs::Precision::kFloat32, .format = format};
    Run<T> on_device(way);
    const auto [device_logits, device_gradients] = pass_of(on_device, way.placement);
    for (int step = 0; step < 2; ++step) on_device.take(step);
    const auto what = [&](const char* part) {
      return fmt::format("{} {} {}: {} against the CPU's", std::string_view(T::kName), c10::toString(type),
                         qcs::name_of(format), part);
    };
    checks.at_most(deviation(device_logits, logits), limit, what("logits"));
    // In float32 a few values are so near to PReLU's kink that they fall on its other side, and a gradient with them.
    checks.at_most(deviation(device_gradients, gradients), type == torch::kFloat32 ? 20 * limit : limit,
                   what("gradients"));
    checks.at_most(deviation(copies(on_device.network->parameters()), copies(on_cpu.network->parameters())), limit,
                   what("weights after two SAM steps"));
    checks.at_most(deviation(copies(on_device.network->buffers()), copies(on_cpu.network->buffers())), limit,
                   what("batch statistics after two SAM steps"));
  }
}

inline void check_ir50(Checks& checks, torch::Device device) {
  const NoTf32 whole;
  torch::manual_seed(1);
  qcs::BaseBranch<qcs::Ir50> branch(qcs::NetworkOptions{.classes = 7});
  branch->eval();
  const torch::NoGradGuard no_grad;
  const auto images = torch::randn({2, 3, 112, 112});
  const Values expected = copies({branch->forward(images)});
  for (const auto format : {qcs::MemoryFormat::kContiguous, qcs::MemoryFormat::kChannelsLast}) {
    const qcs::Placement placement{.device = device, .precision = qcs::Precision::kFloat32, .format = format};
    qcs::place(*branch, placement);
    checks.at_most(deviation(copies({branch->forward(placement.placed(images))}), expected), 1e-3,
                   fmt::format("IR-50 float32 {}: logits against the CPU's", qcs::name_of(format)));
  }
}

/// The first loss and the weights after a few steps in bfloat16, against float32.
template <qcs::TopologyShape T>
void check_bfloat16(Checks& checks, torch::Device device) {
  Way way{.placement = {.device = device}};
  Run<T> whole(way);
  const double expected = whole.take(0);
  for (const auto format : {qcs::MemoryFormat::kContiguous, qcs::MemoryFormat::kChannelsLast}) {
    way.placement.precision = qcs::Precision::kBfloat16;
    way.placement.format = format;
    Run<T> low(way);
    const double loss = low.take(0);
    const auto what = fmt::format("{} {}", std::string_view(T::kName), name_of(way.placement));
    checks.at_most(std::abs(loss - expected), .05, what + ": first loss against float32");
    checks.that(loss != expected, what + " is not float32");
    checks.that(std::ranges::all_of(low.network->parameters(),
                                    [](const auto& w) { return w.scalar_type() == torch::kFloat32; }),
                what + ": weights are float32");
  }
}

/// Distances keep their digits where products of matrices may drop some.
inline void check_distances(Checks& checks, torch::Device device) {
  torch::manual_seed(4);
  const auto a = torch::randn({2, 49, 64}), b = a + .05 * torch::randn({2, 49, 64});
  const auto scores = [](const torch::Tensor& x, const torch::Tensor& y) {
    return copies({qcs::token_scores(x, y).distance});
  };
  const qcs::ComputePrecision tf32({.device = device, .precision = qcs::Precision::kTf32});
  checks.at_most(deviation(scores(a.to(device), b.to(device)), scores(a.to(torch::kFloat64), b.to(torch::kFloat64))),
                 1e-3, "distances of close tokens under tf32");
  checks.that(at::globalContext().allowTF32CuBLAS(), "tf32 goes on after them");
}

}  // namespace cuda_test
