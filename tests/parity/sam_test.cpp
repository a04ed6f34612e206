// SPDX-License-Identifier: MIT
//
// Four steps of SAM, plain and adaptive, around each base optimiser on a small non-linear function.

#include "fixture.hpp"

#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/optimizer/schedule.hpp>
#include <qcs/train/step/sam.hpp>

namespace {

void check(parity::Fixture& fixture, const std::string& name, qcs::OptimizerKind kind, bool adaptive) {
  const std::vector<std::vector<std::int64_t>> shapes{{5, 7}, {11}};
  std::vector<torch::Tensor> w, c, t;
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const auto suffix = fmt::format(".{}", k + 1);
    w.push_back(parity::u("w" + suffix, shapes[k]).requires_grad_());
    c.push_back(parity::u("c" + suffix, shapes[k]));
    t.push_back(parity::u("t" + suffix, shapes[k]));
  }
  const auto backward = [&] {
    auto f = torch::zeros({}, torch::kFloat64);
    for (std::size_t k = 0; k < w.size(); ++k) f = f + (w[k].cos() * c[k]).sum() + .5 * (w[k] - t[k]).square().sum();
    f.backward();
  };
  constexpr double kRate = 1e-2;
  qcs::Sam sam(qcs::make_optimizer(w, {.kind = kind}, kRate), {.adaptive = adaptive});
  for (int step = 0; step < 4; ++step) {
    backward();
    sam.climb();
    backward();
    sam.descend();
    for (std::size_t k = 0; k < w.size(); ++k)
      fixture.compare(fmt::format("{}.{}.{}.w{}", name, adaptive ? "adaptive" : "plain", step, k + 1), w[k], 1e-8);
    if (step == 1) qcs::set_learning_rate(sam.base(), kRate * qcs::Schedule{}.factor(1, 0, 1, 2));
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(sharpness_aware_steps) {
  parity::Fixture fixture("sam.pth");
  for (std::size_t kind = 0; kind < qcs::EnumNames<qcs::OptimizerKind>::kNames.size(); ++kind)
    for (const bool adaptive : {false, true})
      check(fixture, std::string(qcs::EnumNames<qcs::OptimizerKind>::kNames[kind]),
            static_cast<qcs::OptimizerKind>(kind), adaptive);
  fixture.require_complete();
}
