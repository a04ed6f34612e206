// SPDX-License-Identifier: MIT
//
// What the seams of a network carry: other numbers of scales, other embeddings and class heads, options of a backbone.

#include <boost/test/unit_test.hpp>
#include <qcs/model/attention/cross_similarity.hpp>
#include <qcs/model/backbone/small.hpp>
#include <qcs/model/network.hpp>
#include <qcs/model/token/coarse_tokens.hpp>
#include <qcs/nn/gaussian_head.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/topology/sextuplet.hpp>

using namespace qcs;

namespace {

/// One scale; its options say how wide it is within.
class OneScale : public torch::nn::Module {
 public:
  struct Options {
    std::int64_t hidden = 4;
  };
  static constexpr std::string_view kName = "one scale";
  static constexpr FeatureLayout kFeatures{{{6, 28}}};
  static constexpr TransformerShape kTransformer{.width = 8, .heads = 2, .base_depth = 1};

  OneScale() : OneScale(Options{}) {}
  explicit OneScale(const Options& options)
      : first_(register_module("first", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, options.hidden, 4).stride(4)))),
        second_(
            register_module("second", torch::nn::Conv2d(torch::nn::Conv2dOptions(options.hidden, 6, 2).stride(2)))) {}

  Features forward(const torch::Tensor& images) { return {second_->forward(torch::relu(first_->forward(images)))}; }

 private:
  torch::nn::Conv2d first_, second_;
};
static_assert(BackbonePolicy<OneScale>);
static_assert(TokenEmbeddingPolicy<PyramidTokens, OneScale>);
static_assert(PyramidTokens::token_counts(FeatureLayout<4>{{{8, 28}, {8, 15}, {8, 14}, {8, 7}}}) ==
              std::array<std::int64_t, 4>{49, 0, 49, 49});
static_assert(!TokenEmbeddingPolicy<CoarseTokens, OneScale>, "it has no two scales");

/// Returns other features than its layout says.
class Liar : public SmallBackbone {
 public:
  static constexpr FeatureLayout kFeatures{{{16, 56}, {32, 28}, {128, 14}}};
};

template <class T>
BranchTensors<T> random_images(std::int64_t batch) {
  BranchTensors<T> images;
  for (auto& branch : images) branch = torch::randn({batch, 3, 224, 224});
  return images;
}

}  // namespace

BOOST_AUTO_TEST_CASE(any_number_of_scales_and_options_of_the_backbone) {
  using Net = Network<OneScale, CrossSimilarityHead<>, Quadruplet>;
  Net network(NetworkOptions{.classes = 5}, OneScale::Options{.hidden = 7});
  BOOST_TEST(network->named_parameters()["ir_back.first.weight"].size(0) == 7);
  const auto out = network->forward_branches(random_images<Quadruplet>(2));
  BOOST_TEST(out.maps.size() == 1U);
  BOOST_TEST(out.cross_logits[3].sizes() == (std::vector<std::int64_t>{2, 5}));
  BOOST_TEST(network->gates().size() == 1U);
  BOOST_TEST(network->tokens(torch::randn({1, 3, 224, 224})).sizes() == (std::vector<std::int64_t>{1, 49, 8}));
}

BOOST_AUTO_TEST_CASE(embedding_class_head_and_six_branches_stand_in_the_architecture) {
  using Net = Network<SmallBackbone, CrossSimilarityHead<>, Sextuplet, CoarseTokens, GaussianHead>;
  Net network(NetworkOptions{.classes = 5});
  const auto out = network->forward_branches(random_images<Sextuplet>(2));
  BOOST_TEST(out.maps.size() == 2U);
  BOOST_TEST(out.maps[0][5].sizes() == (std::vector<std::int64_t>{2, 49}));
  const auto text = network->architecture().text();
  BOOST_TEST(text.ends_with(" tokens=coarse class_head=gaussian"), text);
  BOOST_TEST((Architecture::parse(text) == network->architecture()));
  BOOST_TEST(network->named_parameters().contains("VIT_base.log_variance.weight"));
  BOOST_TEST(network->is_base_tensor("project_1.weight"));
  BOOST_TEST(!network->is_base_tensor("cross_attention_1.proj.weight"));
  BOOST_TEST(!network->is_base_tensor("project_10.weight"));
}

BOOST_AUTO_TEST_CASE(published_architecture_text_is_as_before) {
  Network<SmallBackbone, CrossSimilarityHead<>, Dual> network(NetworkOptions{.classes = 7});
  BOOST_TEST(network->architecture().text() ==
             "DCS backbone=small head=csa-normed-vit classes=7 width=64 heads=2 depth=1+1");
}

BOOST_AUTO_TEST_CASE(features_that_are_not_those_of_the_layout_are_named) {
  BaseBranch<Liar> branch;
  BOOST_CHECK_EXCEPTION(branch->forward(torch::randn({1, 3, 224, 224})), ShapeError, [](const ShapeError& error) {
    return std::string_view(error.what()).ends_with("scale 3: expected (B, 128, 14, 14), found float [1, 64, 14, 14]");
  });
}

BOOST_AUTO_TEST_CASE(gaussian_head_samples_in_training_and_answers_its_mean) {
  torch::manual_seed(1);
  GaussianHead head(ClassHeadOptions{.width = 4, .classes = 3});
  const auto token = torch::randn({2, 4});
  head.eval();
  const auto mean = head.forward(token);
  BOOST_TEST(torch::equal(mean, head.forward(token)));
  head.train();
  torch::Tensor sum = torch::zeros_like(mean), squares = torch::zeros_like(mean);
  constexpr int kSamples = 20000;
  for (int i = 0; i < kSamples; ++i) {
    const auto sample = head.forward(token).detach();
    sum += sample;
    squares += (sample - mean).square().detach();
  }
  const auto deviations = head.deviations(token);
  // Five standard errors of the mean and of the variance.
  BOOST_TEST(((sum / kSamples - mean).abs() < 5 * deviations / std::sqrt(kSamples)).all().item<bool>());
  BOOST_TEST(((squares / kSamples - deviations.square()).abs() < 5 * std::sqrt(2. / kSamples) * deviations.square())
                 .all()
                 .item<bool>());
}

BOOST_AUTO_TEST_CASE(per_sample_maps_do_not_depend_on_batch_mates_and_agree_with_published_ones_of_one_sample) {
  torch::manual_seed(2);
  BranchTensors<Quadruplet> qk;
  for (auto& branch : qk) branch = torch::randn({3, 5, 4}, torch::kFloat64);
  const auto gate = torch::tensor(.7, torch::kFloat64);
  const auto maps = PerSampleCrossSimilarity::maps<Quadruplet>(qk, gate);
  for (std::int64_t i = 0; i < 3; ++i) {
    BranchTensors<Quadruplet> alone;
    for (std::size_t b = 0; b < qk.size(); ++b) alone[b] = qk[b].slice(0, i, i + 1);
    const auto published = CrossSimilarity::maps<Quadruplet>(alone, gate);
    for (std::size_t b = 0; b < qk.size(); ++b)
      BOOST_TEST(torch::allclose(maps[b].slice(0, i, i + 1), published[b], 1e-12, 1e-14));
  }
}
