// SPDX-License-Identifier: MIT
//
// Branches in one batch give what they give one after the other.

#include <boost/test/unit_test.hpp>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/sextuplet.hpp>
#include <tuple>

using namespace qcs;

namespace {

template <class Head, class Topology>
using Small = Network<SmallBackbone, Head, Topology>;

using Networks =
    std::tuple<Small<CrossSimilarityHead<>, Dual>, Small<CrossSimilarityHead<PreNormResidual>, Quadruplet>,
               Small<CrossSimilarityHead<NormedResidual, PerSampleCrossSimilarity>, Sextuplet>,
               Small<CrossSimilarityHead<>, QuadrupletSimilar>, Small<CrossSimilarityHead<>, QuadrupletDissimilar>,
               Small<CrossSimilarityHead<NormedResidual, DotProduct, BilinearClassifier>, Quadruplet>>;

/// Normalises as LibTorch does, whatever the batch holds.
class ForeignNorm : public torch::nn::Module {
 public:
  static constexpr std::string_view kName = "foreign";
  static constexpr FeatureLayout kFeatures{{{4, 14}}};
  static constexpr TransformerShape kTransformer{.width = 8, .heads = 2, .base_depth = 1};

  ForeignNorm() {
    layers_ = register_module("layers",
                              torch::nn::Sequential(torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 4, 16).stride(16)),
                                                    torch::nn::BatchNorm2d(4)));
  }

  Features forward(const torch::Tensor& images) { return {layers_->forward(images)}; }

 private:
  torch::nn::Sequential layers_{nullptr};
};

template <class Net>
Net network(BranchExecution execution) {
  torch::manual_seed(4);
  Net net(NetworkOptions{.classes = 5, .execution = execution});
  net->to(torch::kFloat64);
  return net;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(together_is_in_turn, Net, Networks) {
  using Topology = typename Net::ContainedType::TopologyType;
  auto together = network<Net>(BranchExecution::kTogether), in_turn = network<Net>(BranchExecution::kInTurn);
  BOOST_TEST(together->branches_together());
  BOOST_TEST(!in_turn->branches_together());
  BranchTensors<Topology> images;
  for (auto& branch : images) branch = torch::randn({2, 3, 224, 224}, torch::kFloat64);
  auto sum = [&](Net& net) {
    const auto out = net->forward_branches(images);
    auto total = torch::zeros({}, torch::kFloat64);
    for (std::size_t b = 0; b < images.size(); ++b)
      total = total + out.base_logits[b].square().sum() + out.cross_logits[b].pow(3).sum() +
              static_cast<double>(b + 1) * out.cross_logits[b].sum();
    total.backward();
    return total.template item<double>();
  };
  BOOST_TEST(sum(together) == sum(in_turn), boost::test_tools::tolerance(1e-10));
  for (const auto& item : in_turn->named_parameters()) {
    const auto expected = item.value().grad(), found = together->named_parameters()[item.key()].grad();
    // The largest of the tensor counts: keys' biases have none but noise.
    BOOST_TEST((expected - found).abs().max().template item<double>() <=
                   1e-8 * expected.abs().max().template item<double>() + 1e-10,
               item.key());
  }
  for (const auto& item : in_turn->named_buffers())
    BOOST_TEST(torch::allclose(item.value().to(torch::kFloat64),
                               together->named_buffers()[item.key()].to(torch::kFloat64), 1e-12, 1e-13),
               item.key());
}

BOOST_AUTO_TEST_CASE(foreign_batch_normalisation_passes_in_turn) {
  using Net = Network<ForeignNorm, CrossSimilarityHead<>, Dual>;
  auto asked = network<Net>(BranchExecution::kTogether), in_turn = network<Net>(BranchExecution::kInTurn);
  BOOST_TEST(!asked->branches_together());
  const BranchTensors<Dual> images{torch::randn({2, 3, 224, 224}, torch::kFloat64),
                                   torch::randn({2, 3, 224, 224}, torch::kFloat64)};
  const auto found = asked->forward_branches(images), expected = in_turn->forward_branches(images);
  BOOST_TEST(torch::equal(found.base_logits[1], expected.base_logits[1]));
  BOOST_TEST(torch::equal(asked->named_buffers()["ir_back.layers.1.running_mean"],
                          in_turn->named_buffers()["ir_back.layers.1.running_mean"]));
}
