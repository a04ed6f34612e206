// SPDX-License-Identifier: MIT
//
// The whole network against the published PyTorch code: features, logits, maps, losses, batch statistics, and the
// gradients and weight changes of both passes of one SAM step around Adam.

#include "fixture.hpp"

#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/train/loss/branch_loss.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/step/sam.hpp>

namespace {

using qcs::BranchTensors;
using enum qcs::BranchExecution;

constexpr double kLearningRate = 3e-6;

struct QcsRafDb {
  using Net = qcs::Network<qcs::Ir50, qcs::CrossSimilarityHead<>, qcs::Quadruplet>;
  static constexpr const char* kFile = "qcs_raf_db.pth";
  static constexpr std::int64_t kClasses = 7;
  static qcs::RoleLabels<qcs::Quadruplet> labels() {
    return {torch::tensor({0, 3}, torch::kInt64), torch::tensor({5, 1}, torch::kInt64)};
  }
};
struct DcsRafDb {
  using Net = qcs::Network<qcs::Ir50, qcs::CrossSimilarityHead<>, qcs::Dual>;
  static constexpr const char* kFile = "dcs_raf_db.pth";
  static constexpr std::int64_t kClasses = 7;
  static qcs::RoleLabels<qcs::Dual> labels() { return {torch::tensor({2, 6}, torch::kInt64)}; }
};
struct DcsFerPlus {
  using Net = qcs::Network<qcs::Ir50, qcs::CrossSimilarityHead<qcs::PreNormResidual>, qcs::Dual>;
  static constexpr const char* kFile = "dcs_ferplus.pth";
  static constexpr std::int64_t kClasses = 8;
  static qcs::RoleLabels<qcs::Dual> labels() { return {torch::tensor({7, 2}, torch::kInt64)}; }
};

template <class Case>
class NetworkUnderTest {
 public:
  using Topology = typename Case::Net::ContainedType::TopologyType;

  explicit NetworkUnderTest(torch::Dtype dtype, qcs::BranchExecution execution)
      : net(qcs::NetworkOptions{.classes = Case::kClasses, .execution = execution}), fixture(Case::kFile) {
    net->to(dtype);
    parity::fill(*net);
    for (std::size_t b = 0; b < images.size(); ++b)
      images[b] = (1.5 * parity::u("image." + std::to_string(b), {2, 3, 224, 224})).to(dtype);
  }

  void compare_evaluation(double tolerance) {
    using torch::indexing::Slice;
    const torch::NoGradGuard no_grad;
    net->eval();
    const auto features = net->features(images[0]);
    for (std::size_t i = 0; i < features.size(); ++i)
      fixture.compare("eval.feature." + std::to_string(i + 1),
                      features[i].index({Slice(), Slice(0, torch::indexing::None, 16),
                                         Slice(0, torch::indexing::None, 7), Slice(0, torch::indexing::None, 7)}),
                      tolerance);
    fixture.compare("eval.tokens",
                    net->tokens(images[0]).index(
                        {Slice(), Slice(0, torch::indexing::None, 21), Slice(0, torch::indexing::None, 96)}),
                    tolerance);
    fixture.compare("eval.logits", net->forward(images[0]), tolerance);
    net->train();
  }

  void compare_training_outputs(const qcs::BranchOutput<Topology>& out, double tolerance) {
    const std::size_t n = images.size();
    for (std::size_t scale = 0; scale < out.maps.size(); ++scale)
      for (std::size_t b = 0; b < n; ++b)
        fixture.compare(fmt::format("train.map.{}.{}", scale, b), out.maps[scale][b], tolerance);
    for (std::size_t b = 0; b < n; ++b) {
      fixture.compare(fmt::format("train.logits.{}", b), out.base_logits[b], tolerance);
      fixture.compare(fmt::format("train.logits.{}", n + b), out.cross_logits[b], tolerance);
    }
  }

  typename Case::Net net;
  parity::Fixture fixture;
  BranchTensors<Topology> images;
};

template <class Case>
void check_float64(qcs::BranchExecution execution) {
  constexpr double kTolerance = 1e-8;
  NetworkUnderTest<Case> test(torch::kFloat64, execution);
  auto& fixture = test.fixture;
  const auto parameters = test.net->named_parameters();
  const auto labels = Case::labels();

  test.compare_evaluation(kTolerance);

  qcs::Sam sam(qcs::make_optimizer(test.net->parameters(), {}, kLearningRate), {});
  auto out = test.net->forward_branches(test.images);
  test.compare_training_outputs(out, kTolerance);
  for (const auto& buffer : test.net->named_buffers())
    if (!buffer.key().ends_with("num_batches_tracked"))
      fixture.compare_pair("stats", buffer.key(), buffer.value(), kTolerance);

  auto losses = qcs::branch_losses<typename NetworkUnderTest<Case>::Topology>(out, labels);
  std::vector<torch::Tensor> all(losses.base.begin(), losses.base.end());
  all.insert(all.end(), losses.cross.begin(), losses.cross.end());
  fixture.compare("train.losses", torch::stack(all), kTolerance);
  fixture.compare_number("train.loss", losses.mean().template item<double>(), kTolerance);

  losses.mean().backward();
  std::map<std::string, torch::Tensor> before;
  for (const auto& p : parameters) {
    fixture.compare_pair("grad", p.key(), p.value().grad(), kTolerance);
    before[p.key()] = p.value().detach().clone();
  }
  sam.climb();
  for (const auto& p : parameters)
    fixture.compare_pair("climb", p.key(), p.value().detach() - before[p.key()], kTolerance);

  out = test.net->forward_branches(test.images);
  const auto second = qcs::branch_losses<typename NetworkUnderTest<Case>::Topology>(out, labels).mean();
  fixture.compare_number("sam.loss", second.template item<double>(), kTolerance);
  second.backward();
  for (const auto& p : parameters) fixture.compare_pair("grad2", p.key(), p.value().grad(), kTolerance);
  sam.descend();
  for (const auto& p : parameters)
    fixture.compare_pair("step", p.key(), (p.value().detach() - before[p.key()]) / kLearningRate, kTolerance);

  fixture.require_complete();
}

template <class Case>
void check_float32(qcs::BranchExecution execution) {
  constexpr double kTolerance = 1e-3;
  NetworkUnderTest<Case> test(torch::kFloat32, execution);
  test.compare_evaluation(kTolerance);
  const torch::NoGradGuard no_grad;
  test.compare_training_outputs(test.net->forward_branches(test.images), kTolerance);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(network_float64)
BOOST_AUTO_TEST_CASE(qcs_raf_db) { check_float64<QcsRafDb>(kTogether); }
BOOST_AUTO_TEST_CASE(qcs_raf_db_in_turn) { check_float64<QcsRafDb>(kInTurn); }
BOOST_AUTO_TEST_CASE(dcs_raf_db) { check_float64<DcsRafDb>(kTogether); }
BOOST_AUTO_TEST_CASE(dcs_raf_db_in_turn) { check_float64<DcsRafDb>(kInTurn); }
BOOST_AUTO_TEST_CASE(dcs_ferplus) { check_float64<DcsFerPlus>(kTogether); }
BOOST_AUTO_TEST_CASE(dcs_ferplus_in_turn) { check_float64<DcsFerPlus>(kInTurn); }
BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(network_float32)
BOOST_AUTO_TEST_CASE(qcs_raf_db) { check_float32<QcsRafDb>(kTogether); }
BOOST_AUTO_TEST_CASE(qcs_raf_db_in_turn) { check_float32<QcsRafDb>(kInTurn); }
BOOST_AUTO_TEST_CASE(dcs_raf_db) { check_float32<DcsRafDb>(kTogether); }
BOOST_AUTO_TEST_CASE(dcs_raf_db_in_turn) { check_float32<DcsRafDb>(kInTurn); }
BOOST_AUTO_TEST_CASE(dcs_ferplus) { check_float32<DcsFerPlus>(kTogether); }
BOOST_AUTO_TEST_CASE(dcs_ferplus_in_turn) { check_float32<DcsFerPlus>(kInTurn); }
BOOST_AUTO_TEST_SUITE_END()
