// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/explain/explainer.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/model/network.hpp>
#include <qcs/model/token/coarse_tokens.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/train/state/checkpoint.hpp>

#include "../io/support.hpp"
#include "support.hpp"

using namespace qcs;

namespace {

using Net = DcsNetwork<SmallBackbone>;

cv::Mat face() {
  cv::Mat rgb(96, 90, CV_8UC3);
  cv::RNG random(5);
  random.fill(rgb, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(rgb, rgb, {}, 3);
  return rgb;
}

Card card_of(Net& net) {
  return {.labels = {.name = "three", .classes = {"a", "b", "c"}}, .architecture = net->architecture()};
}

torch::Tensor input(const Card& card) {
  auto options = card.preprocessing.transform();
  options.stride = pixel_stride<SmallBackbone>;
  return EvalTransform(options)(face()).unsqueeze(0);
}

void same(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  BOOST_REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(a[i].equal(b[i]));
}

}  // namespace

BOOST_AUTO_TEST_CASE(maps_of_a_file_are_those_of_the_training_network_to_the_bit) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  const auto card = card_of(net);
  const test::TemporaryFile file;
  io::Metadata metadata;
  put_card(metadata, card);
  io::write_safetensors(file.path(), state_dict(*net), metadata);
  const auto of_file = Explainer::load(file.path())(rgb(face()));
  const auto of_network = Explainer(net, card)(rgb(face()));
  same(of_file.last_block, of_network.last_block);
  same(of_file.rollout, of_network.rollout);
  same(of_file.grad_cam, of_network.grad_cam);

  const torch::NoGradGuard no_grad;
  const auto attention = net->attention_of(net->features(input(card)));
  BOOST_TEST(attention.size() == 1u);
  const auto last = attention.back()[0].mean(0)[0].slice(0, 1);
  BOOST_TEST(
      torch::cat({of_file.last_block[0].flatten(), of_file.last_block[1].flatten(), of_file.last_block[2].flatten()})
          .equal(last));
  const auto p = torch::softmax(net->forward(input(card)).to(torch::kFloat64), 1);
  BOOST_TEST(of_file.answer.probability == p.max().item<double>());
  BOOST_TEST(of_file.label == of_file.answer.label);
}

BOOST_AUTO_TEST_CASE(attention_is_what_self_attention_mixes_by) {
  torch::manual_seed(2);
  const AttentionWeights weights{torch::randn({24, 8}), torch::randn({24}), torch::eye(8), torch::zeros({8}), 2};
  const auto x = torch::randn({3, 5, 8});
  const auto shares = attention_shares(x, weights);
  BOOST_TEST(shares.sum(-1).allclose(torch::ones({3, 2, 5})));
  const auto values = torch::linear(x, weights.qkv, weights.qkv_bias).slice(2, 16).view({3, 5, 2, 4}).transpose(1, 2);
  BOOST_TEST(shares.matmul(values).transpose(1, 2).reshape({3, 5, 8}).allclose(self_attention(x, weights), 1e-5, 1e-5));
}

BOOST_AUTO_TEST_CASE(rollout_goes_through_all_blocks) {
  // Two tokens; the class token takes token 1 in the first block and token 2 in the second, others keep to themselves.
  const auto block = [](int from) {
    auto shares = torch::eye(3).unsqueeze(0).unsqueeze(0).clone();
    shares[0][0][0].zero_();
    shares[0][0][0][from] = 1;
    return shares;
  };
  const auto rollout = attention_rollout({block(1), block(2)});
  // Half of the second block comes by itself, of the first half of that.
  BOOST_TEST(rollout.allclose(torch::tensor({{1. / 3, 2. / 3}}, torch::kFloat32)));
}

BOOST_AUTO_TEST_CASE(grad_cam_weighs_features_by_what_they_do_for_a_class) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  const auto card = card_of(net);
  Explainer explain(net, card);
  const auto images = input(card);
  for (const std::int64_t label : {0, 2}) {
    auto features = net->features(images);
    for (auto& scale : features) scale = scale.detach().requires_grad_();
    net->classify(features)[0][label].backward();
    const auto found = explain(rgb(face()), label);
    BOOST_TEST(found.label == label);
    BOOST_REQUIRE(found.grad_cam.size() == features.size());
    for (std::size_t i = 0; i < features.size(); ++i) {
      const auto weights = features[i].grad().mean({2, 3}, true);
      const auto wanted = (weights * features[i]).sum(1).relu()[0];
      BOOST_TEST(found.grad_cam[i].allclose(wanted, 1e-4, 1e-6));
    }
  }
}

BOOST_AUTO_TEST_CASE(networks_of_any_types_are_explained) {
  using Coarse = Network<SmallBackbone, CrossSimilarityHead<>, Dual, CoarseTokens>;
  auto net = test::trained_network<Coarse>(/*seed=*/3, /*classes=*/3);
  const torch::InferenceMode inference;  // callers may be in it
  const Card card{.labels = {.name = "three", .classes = {"a", "b", "c"}}, .architecture = net->architecture()};
  Explainer explain(net, card);
  const auto why = explain(rgb(face()));
  BOOST_TEST(why.last_block.size() == 2u);  // scales that tokens are made of
  BOOST_REQUIRE(why.grad_cam.size() == 3u);
  BOOST_TEST(why.grad_cam[0].sum().item<float>() == 0);
  BOOST_TEST(why.grad_cam[2].sum().item<float>() > 0);
  BOOST_CHECK_THROW(explain(rgb(face()), 3), ConfigError);
}
