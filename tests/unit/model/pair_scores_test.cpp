// SPDX-License-Identifier: MIT
//
// Cross similarity takes the scores of all pairs in one batch; the plain form takes them pair by pair.

#include <boost/test/unit_test.hpp>
#include <qcs/model/attention/contribution.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/sextuplet.hpp>
#include <qcs/topology/triplet.hpp>
#include <tuple>
#include <type_traits>
#include <vector>

using namespace qcs;

namespace {

template <class T, ScoreRange Range>
BranchTensors<T> maps_pair_by_pair(const BranchTensors<T>& qk, const torch::Tensor& gate) {
  BranchTensors<T> similar, dissimilar, maps;
  const auto add = [](torch::Tensor& sum, const torch::Tensor& term) { sum = sum.defined() ? sum + term : term; };
  for (const Pair& pair : T::kSimilar) {
    const auto scores = token_scores<Range>(of_branch(qk, pair.first), of_branch(qk, pair.second)).similarity;
    add(of_branch(similar, pair.first), contribution_to_first(scores));
    add(of_branch(similar, pair.second), contribution_to_second(scores));
  }
  for (const Pair& pair : T::kDissimilar) {
    const auto scores = token_scores<Range>(of_branch(qk, pair.first), of_branch(qk, pair.second)).distance;
    add(of_branch(dissimilar, pair.first), contribution_to_first(scores));
    add(of_branch(dissimilar, pair.second), contribution_to_second(scores));
  }
  for (std::size_t b = 0; b < maps.size(); ++b) {
    if (dissimilar[b].defined() && gate.defined()) dissimilar[b] = dissimilar[b] * gate;
    if (dissimilar[b].defined()) add(similar[b], dissimilar[b]);
    maps[b] = similar[b].softmax(1);
  }
  return maps;
}

template <class T, ScoreRange Range>
void check(torch::Dtype dtype) {
  torch::manual_seed(5);
  BranchTensors<T> qk, weights;
  std::vector<torch::Tensor> inputs;
  for (std::size_t b = 0; b < qk.size(); ++b) {
    qk[b] = torch::randn({3, 49, 64}, dtype).requires_grad_();
    weights[b] = torch::randn({3, 49}, dtype);
    inputs.push_back(qk[b]);
  }
  const auto gate = has_gate<T> ? torch::tensor(.7, dtype) : torch::Tensor();
  const auto plain = maps_pair_by_pair<T, Range>(qk, gate);
  const auto stacked = RangedCrossSimilarity<Range>::template maps<T>(qk, gate);
  const auto gradients = [&](const BranchTensors<T>& maps) {
    auto sum = torch::zeros({}, dtype);
    for (std::size_t b = 0; b < maps.size(); ++b) sum = sum + (maps[b] * weights[b]).sum();
    return torch::autograd::grad({sum}, inputs);
  };
  const auto expected = gradients(plain), found = gradients(stacked);
  for (std::size_t b = 0; b < qk.size(); ++b) {
    BOOST_TEST(torch::equal(plain[b], stacked[b]));
    // Gradients of three pairs and more are added in another order.
    if constexpr (std::is_same_v<T, Sextuplet>)
      BOOST_TEST(torch::allclose(expected[b], found[b], 1e-3, dtype == torch::kFloat64 ? 1e-12 : 1e-5));
    else
      BOOST_TEST(torch::equal(expected[b], found[b]));
  }
}

}  // namespace

using Topologies = std::tuple<Dual, Triplet, Quadruplet, QuadrupletSimilar, QuadrupletDissimilar, Sextuplet>;

BOOST_AUTO_TEST_CASE_TEMPLATE(all_pairs_at_once_are_pair_by_pair, T, Topologies) {
  check<T, ScoreRange::kBatch>(torch::kFloat32);
  check<T, ScoreRange::kBatch>(torch::kFloat64);
  check<T, ScoreRange::kSample>(torch::kFloat32);
}
