// SPDX-License-Identifier: MIT
//
// Attention maps and their gradients for every topology of the public code, its dot-product alternative and its
// bilinear pooling.

#include "fixture.hpp"

#include <qcs/model/attention/bilinear_pool.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>

namespace {

constexpr double kTolerance = 1e-8;

torch::Tensor query(std::size_t branch) { return parity::u("qk." + std::to_string(branch), {3, 49, 32}); }

template <qcs::TopologyShape T>
void check_maps(parity::Fixture& fixture, const std::string& name, const torch::Tensor& gate = {}) {
  qcs::BranchTensors<T> qk;
  for (std::size_t b = 0; b < qk.size(); ++b) qk[b] = query(b).requires_grad_();
  const auto maps = qcs::CrossSimilarity::maps<T>(qk, gate);
  auto objective = torch::zeros({}, torch::kFloat64);
  for (std::size_t b = 0; b < qk.size(); ++b) {
    fixture.compare(fmt::format("{}.map.{}", name, b), maps[b], kTolerance);
    objective = objective + (maps[b] * parity::u("probe.map." + std::to_string(b), maps[b].sizes())).sum();
  }
  objective.backward();
  for (std::size_t b = 0; b < qk.size(); ++b)
    fixture.compare(fmt::format("{}.grad.{}", name, b), qk[b].grad(), kTolerance);
}

}  // namespace

BOOST_AUTO_TEST_CASE(attention_maps) {
  parity::Fixture fixture("attention.pth");
  check_maps<qcs::Dual>(fixture, "DCS_S");
  check_maps<qcs::QuadrupletSimilar>(fixture, "QCS_S");
  check_maps<qcs::QuadrupletDissimilar>(fixture, "QCS_D");
  check_maps<qcs::Quadruplet>(fixture, "QCS_SD", torch::tensor(1.3, torch::kFloat64));

  const auto dot = qcs::DotProduct::maps<qcs::Dual>({query(0), query(1)});
  fixture.compare("SDPA.map.0", dot[0], kTolerance);
  fixture.compare("SDPA.map.1", dot[1], kTolerance);

  const auto pooled = qcs::bilinear_pool(query(0), query(1));
  fixture.compare("bilinear.head", pooled.slice(1, 0, 64), kTolerance);
  const auto probe = (pooled * parity::u("probe.bilinear", pooled.sizes())).sum();
  fixture.compare("bilinear.norm_dot", torch::stack({pooled.norm(), probe}), kTolerance);
  fixture.require_complete();
}
