// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <qcs/core/generator.hpp>
#include <qcs/core/random.hpp>
#include <qcs/data/batch.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <qcs/train/step/tuple_step.hpp>
#include <string>
#include <utility>
#include <vector>

/// What the checks of a device share: no framework, so that they compile with LibTorch and fmt alone.
namespace cuda_test {

inline constexpr std::int64_t kClasses = 3, kTuples = 2;

/// Prints a line for each check and remembers whether one failed.
class Checks {
 public:
  void that(bool kept, const std::string& what) {
    failed_ += kept ? 0 : 1;
    fmt::print("{} {}\n", kept ? "ok    " : "FAILED", what);
    std::fflush(stdout);
  }

  void at_most(double found, double limit, const std::string& what) {
    that(found <= limit, fmt::format("{}: {:.2g}, at most {:.2g}", what, found, limit));
  }

  int failed() const { return failed_; }

 private:
  int failed_ = 0;
};

/// Tensors on the CPU by name or number.
using Values = std::vector<torch::Tensor>;

inline Values copies(const std::vector<torch::Tensor>& tensors) {
  Values values;
  for (const auto& tensor : tensors)
    values.push_back(tensor.defined() ? tensor.detach().to(torch::kCPU, /*non_blocking=*/false, /*copy=*/true)
                                      : torch::Tensor());
  return values;
}

/// Largest deviation, in parts of the largest value of the tensor or, where that is more, a thousandth of that of all
/// tensors: gradients that are zero but for rounding have no digits to compare.
inline double deviation(const Values& found, const Values& expected) {
  double largest = 0, worst = 0;
  const auto size = [](const torch::Tensor& t) { return t.numel() == 0 ? 0. : t.abs().max().item<double>(); };
  for (const auto& tensor : expected) largest = std::max(largest, size(tensor));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double apart = size(found.at(i).to(torch::kFloat64) - expected[i].to(torch::kFloat64));
    const double share = apart / std::max(size(expected[i]), largest / 1000);
    worst = std::isnan(share) ? INFINITY : std::max(worst, share);
  }
  return worst;
}

inline bool same_bits(const Values& a, const Values& b) {
  return std::ranges::equal(a, b, [](const torch::Tensor& x, const torch::Tensor& y) { return torch::equal(x, y); });
}

/// Weights, batch statistics and random generators.
inline Values state_of(const torch::nn::Module& module, torch::Device device) {
  auto tensors = module.parameters();
  for (const auto& buffer : module.buffers()) tensors.push_back(buffer);
  tensors.push_back(qcs::generator_of(torch::kCPU).get_state());
  if (!device.is_cpu()) tensors.push_back(qcs::generator_of(device).get_state());
  return copies(tensors);
}

template <qcs::TopologyShape T>
using Net = qcs::Network<qcs::SmallBackbone, qcs::CrossSimilarityHead<>, T>;

/// Tuples of random images of the pixels that SmallBackbone reads: a pure function of `number`.
template <qcs::TopologyShape T>
qcs::TupleBatch<T> tuples(int number) {
  auto generator = at::detail::createCPUGenerator(qcs::derive_seed(3, number));
  qcs::TupleBatch<T> batch;
  const auto branches = static_cast<std::int64_t>(qcs::branch_count<T>);
  batch.images = torch::randn({branches * kTuples, 3, 56, 56}, generator);
  for (std::size_t role = 0; role < batch.labels.size(); ++role)
    batch.labels[role] = (torch::arange(kTuples, torch::kInt64) + static_cast<std::int64_t>(role) + number) % kClasses;
  batch.members.resize(static_cast<std::size_t>(kTuples));
  return batch;
}

struct Way {
  qcs::Placement placement = {};
  torch::ScalarType type = torch::kFloat32;
  qcs::OptimizerKind optimizer = qcs::OptimizerKind::kAdam;
  double dropout = 0;
  double rate = 1e-3;
};

/// A network and its SAM step.
template <qcs::TopologyShape T>
struct Run {
  using Step = qcs::TupleStep<Net<T>, qcs::SamStep>;

  explicit Run(const Way& way, std::uint64_t seed = 1) : way_(way) {
    torch::manual_seed(seed);
    network = Net<T>(qcs::NetworkOptions{.classes = kClasses, .cross_dropout = way.dropout});
    if (way.type != torch::kFloat32) network->to(way.type);  // counts of batches, too
    qcs::place(*network, way.placement);
    network->train();
    step = std::make_unique<Step>(
        network, way.placement,
        qcs::make_optimizer(network->parameters(), {.kind = way.optimizer, .momentum = .9}, way.rate),
        qcs::SamOptions{}, 0, qcs::CrossEntropy());
  }

  qcs::TupleBatch<T> batch(int number) const {
    auto made = tuples<T>(number);
    made.images = made.images.to(way_.type);
    return made;
  }

  /// Steps with a batch and returns the loss.
  double take(qcs::TupleBatch<T> batch) { return step->run(std::span(&batch, 1)).loss; }
  double take(int number) { return take(batch(number)); }

  Values state() const { return state_of(*network, way_.placement.device); }

  Net<T> network{nullptr};
  std::unique_ptr<Step> step;

 private:
  Way way_;
};

inline std::string name_of(const qcs::Placement& placement) {
  return fmt::format("{} {}", qcs::name_of(placement.precision), qcs::name_of(placement.format));
}

}  // namespace cuda_test
