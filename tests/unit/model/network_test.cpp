// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/triplet.hpp>
#include <tuple>

namespace {

using namespace qcs;

template <class Head, class Topology>
using Small = Network<SmallBackbone, Head, Topology>;

/// Every topology, residual form, interaction and classifier at least once.
using Networks =
    std::tuple<Small<CrossSimilarityHead<>, Dual>, Small<CrossSimilarityHead<PreNormResidual>, Dual>,
               Small<CrossSimilarityHead<>, Quadruplet>, Small<CrossSimilarityHead<>, QuadrupletSimilar>,
               Small<CrossSimilarityHead<>, QuadrupletDissimilar>, Small<CrossSimilarityHead<PreNormResidual>, Triplet>,
               Small<CrossSimilarityHead<NormedResidual, DotProduct>, Quadruplet>,
               Small<CrossSimilarityHead<NormedResidual, CrossSimilarity, BilinearClassifier>, Dual>>;

template <class Net>
BranchTensors<typename Net::ContainedType::TopologyType> random_images(std::int64_t batch, torch::Dtype dtype) {
  BranchTensors<typename Net::ContainedType::TopologyType> images;
  for (auto& branch : images) branch = torch::randn({batch, 3, 224, 224}, dtype);
  return images;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(training_pass_has_the_right_shapes_and_reaches_every_parameter, Net, Networks) {
  using Topology = typename Net::ContainedType::TopologyType;
  torch::manual_seed(1);
  Net network(NetworkOptions{.classes = 5});
  const auto out = network->forward_branches(random_images<Net>(3, torch::kFloat32));
  auto sum = torch::zeros({});
  for (std::size_t b = 0; b < branch_count<Topology>; ++b) {
    BOOST_TEST(out.base_logits[b].sizes() == (std::vector<std::int64_t>{3, 5}));
    BOOST_TEST(out.cross_logits[b].sizes() == (std::vector<std::int64_t>{3, 5}));
    sum = sum + (out.base_logits[b] + out.cross_logits[b]).square().sum();
    for (const auto& scale : out.maps) {
      BOOST_TEST(scale[b].size(0) == 3);
      BOOST_TEST(scale[b].size(1) == 49);
      BOOST_TEST(torch::allclose(scale[b].sum(-1), torch::ones({}), 1e-4, 1e-5), "a map is a softmax");
    }
  }
  sum.backward();
  for (const auto& parameter : network->named_parameters()) {
    BOOST_TEST_CONTEXT(parameter.key()) {
      BOOST_REQUIRE(parameter.value().grad().defined());
      BOOST_TEST(torch::isfinite(parameter.value().grad()).all().template item<bool>());
    }
  }
  const bool gated = network->named_parameters().contains("cross_attention_1.theta");
  BOOST_TEST(network->gates().size() == (gated ? 3U : 0U));
}

BOOST_AUTO_TEST_CASE(forward_is_the_base_branch_of_the_training_pass) {
  using Net = Small<CrossSimilarityHead<>, Quadruplet>;
  for (const auto execution : {BranchExecution::kInTurn, BranchExecution::kTogether}) {
    torch::manual_seed(2);
    Net network(NetworkOptions{.execution = execution});
    network->to(torch::kFloat64);
    network->eval();
    const auto images = random_images<Net>(2, torch::kFloat64);
    const auto out = network->forward_branches(images);
    for (std::size_t b = 0; b < images.size(); ++b) {
      const auto alone = network->forward(images[b]);
      if (execution == BranchExecution::kInTurn)
        BOOST_TEST(torch::equal(alone, out.base_logits[b]));
      else  // other operations, the same mathematics
        BOOST_TEST(torch::allclose(alone, out.base_logits[b], 1e-10, 1e-12));
    }
  }
}

BOOST_AUTO_TEST_CASE(batch_normalisation_moves_once_per_branch) {
  Small<CrossSimilarityHead<>, Dual> network;
  network->forward_branches(random_images<Small<CrossSimilarityHead<>, Dual>>(2, torch::kFloat32));
  BOOST_TEST(network->named_buffers()["ir_back.fine.1.num_batches_tracked"].item<std::int64_t>() == 2);
}

BOOST_AUTO_TEST_CASE(dropout_acts_in_training_only) {
  torch::manual_seed(3);
  Small<CrossSimilarityHead<>, Dual> network(NetworkOptions{.base_dropout = .5});
  const auto images = torch::randn({2, 3, 224, 224});
  network->eval();
  BOOST_TEST(torch::equal(network->forward(images), network->forward(images)));
  network->train();
  BOOST_TEST(!torch::equal(network->forward(images), network->forward(images)));
}

BOOST_AUTO_TEST_CASE(transformers_start_as_published) {
  torch::manual_seed(4);
  Small<CrossSimilarityHead<>, Quadruplet> network;
  const auto p = network->named_parameters();
  BOOST_TEST(std::abs(p["VIT_base.pos_embed"].std().item<double>() - .02) < .001);
  const double deviation = SmallBackbone::kTransformer.initial_weight_deviation;
  BOOST_TEST(std::abs(p["VIT_cross.blocks.0.mlp.fc1.weight"].std().item<double>() - deviation) < .03 * deviation);
  BOOST_TEST(p["VIT_base.blocks.0.attn.qkv.bias"].abs().max().item<double>() == 0);
  BOOST_TEST(p["VIT_base.norm.weight"].min().item<double>() == 1);
  BOOST_TEST(p["cross_attention_2.theta"].item<double>() == 0);
  BOOST_TEST(Ir50::kTransformer.initial_weight_deviation == .01);
}

BOOST_AUTO_TEST_CASE(wrong_input_is_named) {
  const auto says = [](const std::string& text) {
    return [text](const Error& error) { return std::string(error.what()).find(text) != std::string::npos; };
  };
  Small<CrossSimilarityHead<>, Dual> network;
  BOOST_CHECK_EXCEPTION(network->forward(torch::zeros({1, 3, 112, 112})), ShapeError,
                        says("found float [1, 3, 112, 112]"));
  BOOST_CHECK_EXCEPTION(network->forward(torch::zeros({1, 3, 224, 224}, torch::kUInt8)), ShapeError,
                        says("unsigned char"));
  BOOST_CHECK_EXCEPTION(network->forward({}), ShapeError, says("undefined"));
  BOOST_CHECK_EXCEPTION(network->forward(torch::zeros({0, 3, 224, 224})), ShapeError, says("[0, 3, 224, 224]"));
  BOOST_CHECK_EXCEPTION(network->forward_branches({torch::zeros({2, 3, 224, 224}), torch::zeros({1, 3, 224, 224})}),
                        ShapeError, says("branch `positive`"));
  using Net = Small<CrossSimilarityHead<>, Dual>;
  BOOST_CHECK_EXCEPTION(Net(NetworkOptions{.classes = 1}), ConfigError, says("at least 2 classes"));
  BOOST_CHECK_EXCEPTION(Net(NetworkOptions{.cross_dropout = 1}), ConfigError, says("outside [0, 1)"));
  BOOST_CHECK_EXCEPTION(Net(NetworkOptions{.transformer = TransformerShape{.width = 10, .heads = 3}}), ConfigError,
                        says("multiple of 3"));
}

using Backbones = std::tuple<SmallBackbone, Ir50>;

BOOST_AUTO_TEST_CASE_TEMPLATE(the_pixels_that_are_read_are_enough, Backbone, Backbones) {
  torch::manual_seed(6);
  Network<Backbone, CrossSimilarityHead<>, Dual> network(NetworkOptions{.classes = 7});
  network->eval();
  const torch::NoGradGuard no_grad;
  const auto images = torch::randn({2, 3, 224, 224});
  using torch::indexing::None, torch::indexing::Slice;
  const auto read =
      images.index({Slice(), Slice(), Slice(0, None, pixel_stride<Backbone>), Slice(0, None, pixel_stride<Backbone>)});
  BOOST_TEST(torch::equal(network->forward(images), network->forward(read.contiguous())));
}
