// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <opencv2/imgproc.hpp>
#include <qcs/infer/explain/explainer.hpp>
#include <qcs/infer/explain/tuple_explainer.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/model/attention/dot_product.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/with_network_of.hpp>
#include <qcs/train/state/checkpoint.hpp>
#include <vector>

#include "../io/support.hpp"
#include "support.hpp"

using namespace qcs;
using test::says;

namespace {

using Net = QcsNetwork<SmallBackbone>;

/// A head that shows nothing of itself.
struct SilentHead {
  static std::string name() { return "silent"; }

  template <TopologyShape T>
  struct Module : torch::nn::Module {
    explicit Module(const HeadOptions& options) : classes(options.transformer.classes) {}
    HeadOutput<T> forward(const BranchTensors<T>& tokens) {
      HeadOutput<T> out;
      for (std::size_t b = 0; b < tokens.size(); ++b) out.logits[b] = torch::zeros({tokens[b].size(0), classes});
      return out;
    }
    std::int64_t classes;
  };
};

std::vector<Picture> tuple(std::size_t count) {
  std::vector<Picture> pictures;
  cv::RNG random(5);
  for (std::size_t i = 0; i < count; ++i) {
    cv::Mat face(96, 90, CV_8UC3);
    random.fill(face, cv::RNG::UNIFORM, 0, 256);
    cv::GaussianBlur(face, face, {}, 3);
    pictures.push_back(bgr(face));
  }
  return pictures;
}

template <class Network>
Card card_of(Network& net) {
  return {.labels = {.name = "three", .classes = {"a", "b", "c"}}, .architecture = net->architecture()};
}

io::Metadata with_card(const Card& card) {
  io::Metadata metadata;
  put_card(metadata, card);
  return metadata;
}

}  // namespace

BOOST_AUTO_TEST_CASE(maps_of_a_tuple_are_those_of_the_training_network_to_the_bit) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  const auto card = card_of(net);
  const test::TemporaryFile file;
  io::write_safetensors(file.path(), state_dict(*net), with_card(card));
  auto look = TupleExplainer::load<Net>(read_weight_file(file.path()), card);
  const std::vector<std::string> names{"anchor", "positive", "negative", "negative2"};
  BOOST_TEST(look.branches() == names);
  const auto pictures = tuple(4);
  const auto branches = look(pictures);

  const torch::NoGradGuard no_grad;
  const EvalTransform transform(card.preprocessing.transform());
  BranchTensors<Quadruplet> images;
  for (std::size_t b = 0; b < images.size(); ++b) images[b] = transform(rgb_pixels(pictures[b])).unsqueeze(0);
  const auto expected = net->forward_branches(images);
  BOOST_REQUIRE(branches.size() == 4u);
  for (std::size_t b = 0; b < branches.size(); ++b) {
    BOOST_TEST(branches[b].branch == names[b]);
    BOOST_REQUIRE(branches[b].maps.size() == 3u);
    for (std::size_t scale = 0; scale < 3; ++scale) {
      const auto& map = branches[b].maps[scale];
      BOOST_TEST(map.size(0) == map.size(1));
      BOOST_TEST(map.flatten().equal(expected.maps[scale][b][0]));
      BOOST_TEST(map.sum().item<float>() == 1, boost::test_tools::tolerance(1e-5F));
    }
    BOOST_TEST(branches[b].base.label == expected.base_logits[b].argmax(1).item<std::int64_t>());
    const auto cross = torch::softmax(expected.cross_logits[b][0].to(torch::kFloat64), 0);
    BOOST_TEST(branches[b].cross.probability == cross.max().item<double>());
  }
}

BOOST_AUTO_TEST_CASE(a_tuple_has_a_good_picture_for_each_branch) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  TupleExplainer look(net, card_of(net));
  BOOST_CHECK_EXCEPTION(look(tuple(3)), DataError,
                        says("a tuple is 4 pictures, anchor, positive, negative, negative2; found 3"));
  auto pictures = tuple(4);
  pictures[2].pixels.release();
  BOOST_CHECK_EXCEPTION(look(pictures), DataError, says("negative: expected a picture, found an empty one"));
}

BOOST_AUTO_TEST_CASE(a_base_branch_has_no_cross_similarity) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  auto card = card_of(net);
  card.architecture->base_branch_only = true;
  const test::TemporaryFile file;
  io::write_safetensors(file.path(), state_dict(*net), with_card(card));
  BOOST_CHECK_EXCEPTION(TupleExplainer::load<Net>(read_weight_file(file.path()), card), CheckpointError,
                        says("cross-similarity maps need the whole network"));
}

BOOST_AUTO_TEST_CASE(cards_of_other_classes_are_refused) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  auto card = card_of(net);
  card.labels.classes.pop_back();
  BOOST_CHECK_EXCEPTION(TupleExplainer(net, card), ConfigError, says("a network of 3 classes with a card of 2"));
  BOOST_CHECK_EXCEPTION(Explainer(net, card), ConfigError, says("a network of 3 classes with a card of 2"));
  BOOST_CHECK_THROW(answer_of_logits(torch::zeros({1, 2}), card.labels), ShapeError);
  BOOST_CHECK_THROW(answer_of_logits(torch::zeros({3}), card.labels), ShapeError);
}

BOOST_AUTO_TEST_CASE(heads_without_such_maps_are_refused) {
  const auto refused = says("gives no maps of one value for each token, 3 scales of (batch, 49, 49, 49)");
  using Silent = Network<SmallBackbone, SilentHead, Dual>;
  Silent silent(NetworkOptions{.classes = 3});
  BOOST_CHECK_EXCEPTION(TupleExplainer(silent, card_of(silent))(tuple(2)), ConfigError, refused);
  using Products = Network<SmallBackbone, CrossSimilarityHead<NormedResidual, DotProduct>, Dual>;
  Products products(NetworkOptions{.classes = 3});
  BOOST_CHECK_EXCEPTION(TupleExplainer(products, card_of(products))(tuple(2)), ConfigError, refused);
}

BOOST_AUTO_TEST_CASE(a_caller_may_be_in_inference_mode) {
  auto net = test::trained_network<Net>(/*seed=*/3, /*classes=*/3);
  TupleExplainer look(net, card_of(net));
  const auto wanted = look(tuple(4));
  const torch::InferenceMode inference;
  const auto found = look(tuple(4));
  BOOST_TEST(!found[0].maps[0].is_inference());
  BOOST_TEST(found[3].maps[2].equal(wanted[3].maps[2]));
}

BOOST_AUTO_TEST_CASE(a_card_says_which_published_network_it_is_of) {
  const auto head_of = [](const Architecture& a) {
    return with_network_of(a, [&]<class Found>() {
      using Impl = typename Found::ContainedType;
      return fmt::format("{} {} {}", Impl::TopologyType::kName, Impl::BackboneType::kName, Impl::HeadType::name());
    });
  };
  const auto normed = CrossSimilarityHead<>::name(), pre_norm = CrossSimilarityHead<PreNormResidual>::name();
  BOOST_TEST(head_of({.topology = "QCS", .backbone = "small", .head = normed}) == "QCS small " + normed);
  BOOST_TEST(head_of({.topology = "DCS", .backbone = "ir50", .head = normed}) == "DCS ir50 " + normed);
  BOOST_TEST(head_of({.topology = "DCS", .backbone = "ir50", .head = pre_norm}) == "DCS ir50 " + pre_norm);
  for (const Architecture& other :
       {Architecture{.topology = "QCS", .backbone = "small", .head = pre_norm},
        Architecture{.topology = "ring", .backbone = "small", .head = normed},
        Architecture{.topology = "QCS", .backbone = "mine", .head = normed},
        Architecture{.topology = "QCS", .backbone = "small", .head = normed, .tokens = "coarse"},
        Architecture{.topology = "QCS", .backbone = "small", .head = normed, .class_head = "gaussian"}})
    BOOST_CHECK_EXCEPTION(head_of(other), ConfigError, says("no published network is `"));
}
