// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <qcs/infer/engine/torch_engine.hpp>
#include <qcs/infer/graph/base_branch_graph.hpp>
#include <qcs/infer/graph/simplify/simplified.hpp>
#include <qcs/model/backbone/resnet18.hpp>
#include <qcs/nn/gaussian_head.hpp>
#include <thread>

#include "support.hpp"

using namespace qcs;

namespace {

template <class Branch>
Branch trained_branch() {
  return test::trained_network<Branch>(/*seed=*/7, /*classes=*/5);
}

torch::Tensor random_images(std::int64_t batch, std::int64_t side) {
  torch::manual_seed(11);
  return torch::randn({batch, 3, side, side});
}

double largest_difference(const torch::Tensor& found, const torch::Tensor& wanted) {
  BOOST_REQUIRE(found.sizes() == wanted.sizes());
  return ((found - wanted).abs().max() / wanted.abs().max()).item<double>();
}

template <class Kind>
std::ptrdiff_t count(const InferenceGraph& graph) {
  return std::ranges::count_if(graph.nodes(), [](const auto& node) { return node.template as<Kind>() != nullptr; });
}

/// The graph of a branch and its simplified form give what forward() does.
template <class Backbone, class Embedding = PyramidTokens, class ClassHead = SqueezeExciteHead>
InferenceGraph check_graph() {
  auto branch = trained_branch<BaseBranch<Backbone, Embedding, ClassHead>>();
  const auto plain = base_branch_graph<Backbone, Embedding, ClassHead>(io::named_tensors(*branch), 5);
  const auto exact = simplified(plain);
  const TorchEngine engine(exact);
  BOOST_TEST(engine.stride() == pixel_stride<Backbone>);
  BOOST_TEST(engine.classes() == 5);
  const torch::NoGradGuard no_grad;
  const auto images = random_images(2, kInputSize / engine.stride());
  const auto wanted = branch->forward(images);
  BOOST_TEST(largest_difference(TorchEngine(plain).logits(images), wanted) < 1e-5);
  BOOST_TEST(largest_difference(engine.logits(images), wanted) < 1e-5);
  BOOST_TEST(largest_difference(TorchEngine(exact, {.precision = Precision::kBfloat16}).logits(images), wanted) < .1);
  return exact;
}

/// Backbones, embeddings and class heads of a user.
class OwnBackbone : public SmallBackbone {
 public:
  static constexpr std::string_view kName = "own";
};
class OwnTokens : public CoarseTokens {
 public:
  static constexpr std::string_view kName = "own";
  using CoarseTokens::CoarseTokens;
};

/// Images (channels, side, side) through two convolutions, and the logits that a mean and a linear layer make of it.
InferenceGraph two_convolutions(std::int64_t side, graph::Convolution first, graph::Convolution second) {
  InferenceGraph graph;
  const auto images = graph.add_input({first.weight.size(1), side, side});
  auto x = graph.add(std::move(first), {images});
  graph.set_output(graph.add(graph::Flatten{}, {graph.add(std::move(second), {x})}));
  return graph;
}

graph::Convolution convolution(std::int64_t in, std::int64_t out, std::int64_t window, std::int64_t stride,
                               std::int64_t padding) {
  return {torch::randn({out, in, window, window}), torch::randn({out}), stride, padding};
}

}  // namespace

BOOST_AUTO_TEST_CASE(shipped_backbones_are_compiled_exactly) {
  for (const auto& graph :
       {check_graph<SmallBackbone>(), check_graph<CompactBackbone>(), check_graph<Ir50>(), check_graph<ResNet18>()}) {
    BOOST_TEST(count<graph::BatchNorm>(graph) == 0);
    BOOST_TEST(count<graph::OwnForward>(graph) == 0);
    BOOST_TEST(count<graph::FirstToken>(graph) == 1);  // of the last block's input; all else is the class token alone
  }
}

BOOST_AUTO_TEST_CASE(one_merged_convolution_makes_the_finest_tokens) {
  auto branch = trained_branch<BaseBranch<Ir50>>();
  const auto plain = base_branch_graph<Ir50>(io::named_tensors(*branch), 5);
  const auto exact = simplified(plain);
  BOOST_TEST(count<graph::Convolution>(exact) == count<graph::Convolution>(plain) - 1);
  const auto merged = std::ranges::find_if(exact.nodes(), [](const auto& node) {
    const auto* layer = node.template as<graph::Convolution>();
    return layer != nullptr && layer->weight.size(2) == 7;
  });
  BOOST_REQUIRE((merged != exact.nodes().end()));
  const auto& layer = *merged->template as<graph::Convolution>();
  BOOST_TEST(layer.weight.sizes() == (std::vector<std::int64_t>{768, 64, 7, 7}));
  BOOST_TEST(layer.stride == 4);
  BOOST_TEST(layer.padding == 3);
  BOOST_TEST(layer.bias.dim() == 3);  // differs at the border
}

BOOST_AUTO_TEST_CASE(parts_of_ones_own_run_their_forward) {
  BOOST_TEST(count<graph::OwnForward>(check_graph<OwnBackbone>()) == 1);
  BOOST_TEST(count<graph::OwnForward>(check_graph<SmallBackbone, CoarseTokens>()) == 0);
  BOOST_TEST(count<graph::OwnForward>(check_graph<SmallBackbone, OwnTokens, GaussianHead>()) == 2);
}

BOOST_AUTO_TEST_CASE(convolutions_are_merged_only_where_that_is_exact_and_less_work) {
  torch::manual_seed(5);
  const auto check = [](const InferenceGraph& graph, std::ptrdiff_t convolutions) {
    const auto merged = with_convolutions_merged(graph);
    BOOST_TEST(count<graph::Convolution>(merged) == convolutions);
    const auto& shape = graph.shape(graph.inputs()[0]);
    const auto images = torch::randn({2, shape[0], shape[1], shape[2]});
    BOOST_TEST(largest_difference(TorchEngine(merged).logits(images), TorchEngine(graph).logits(images)) < 1e-5);
  };
  for (const std::int64_t side : {8, 9, 11, 12, 13}) {
    BOOST_TEST_CONTEXT("side " << side) {
      check(two_convolutions(side, convolution(2, 40, 3, 2, 1), convolution(40, 3, 1, 1, 0)), 1);
      check(two_convolutions(side, convolution(2, 40, 1, 1, 0), convolution(40, 3, 3, 2, 1)), 1);
      check(two_convolutions(side, convolution(2, 40, 3, 1, 0), convolution(40, 3, 3, 1, 0)), 1);
      // What lies around the first result is taken for zeros, but would be made of pixels.
      check(two_convolutions(side, convolution(2, 40, 3, 1, 1), convolution(40, 3, 3, 1, 1)), 2);
      // A narrow result between two wide ones.
      check(two_convolutions(side, convolution(40, 1, 1, 1, 0), convolution(1, 40, 1, 1, 0)), 2);
    }
  }
}

BOOST_AUTO_TEST_CASE(batch_normalisation_before_padding_is_exact_at_the_border) {
  torch::manual_seed(6);
  InferenceGraph graph;
  const auto images = graph.add_input({4, 7, 7});
  const graph::BatchNorm norm{torch::randn({4}), torch::randn({4}), torch::randn({4}), torch::rand({4}) + .5, 1e-5};
  const auto x = graph.add(graph::Convolution{torch::randn({6, 4, 3, 3}), {}, 1, 1}, {graph.add(norm, {images})});
  graph.set_output(graph.add(graph::Flatten{}, {x}));
  const auto folded = with_batch_norm_folded(graph);
  BOOST_TEST(folded.nodes().size() == 2u);
  const auto input = torch::randn({2, 4, 7, 7});
  BOOST_TEST(largest_difference(TorchEngine(folded).logits(input), TorchEngine(graph).logits(input)) < 1e-5);
}

BOOST_AUTO_TEST_CASE(batch_normalisation_that_others_read_stays) {
  torch::manual_seed(6);
  InferenceGraph graph;
  const auto images = graph.add_input({4, 7, 7});
  const graph::BatchNorm norm{torch::randn({4}), torch::randn({4}), torch::randn({4}), torch::rand({4}) + .5, 1e-5};
  const auto normed = graph.add(norm, {images});
  const auto x = graph.add(graph::Convolution{torch::randn({4, 4, 3, 3}), {}, 1, 1}, {normed});
  graph.set_output(graph.add(graph::Flatten{}, {graph.add(graph::Add{}, {x, normed})}));
  const auto folded = with_batch_norm_folded(graph);
  BOOST_TEST(count<graph::BatchNorm>(folded) == 1);
  const auto input = torch::randn({2, 4, 7, 7});
  BOOST_TEST(largest_difference(TorchEngine(folded).logits(input), TorchEngine(graph).logits(input)) < 1e-5);
}

BOOST_AUTO_TEST_CASE(an_answer_does_not_depend_on_the_other_pictures) {
  auto branch = trained_branch<BaseBranch<SmallBackbone>>();
  const auto graph = simplified(base_branch_graph<SmallBackbone>(io::named_tensors(*branch), 5));
  for (const auto precision : {Precision::kFloat32, Precision::kBfloat16}) {
    const TorchEngine engine(graph, {.precision = precision});
    const auto images = random_images(6, 56);
    const auto all = engine.logits(images);
    auto others = images.clone();
    others.narrow(0, 1, 5).normal_();
    BOOST_TEST(engine.logits(others)[0].equal(all[0]));
    const double digits = precision == Precision::kFloat32 ? 1e-5 : 2e-2;
    for (std::int64_t i = 0; i < 6; ++i)
      BOOST_TEST(largest_difference(engine.logits(images.narrow(0, i, 1))[0], all[i]) < digits);
  }
}

BOOST_AUTO_TEST_CASE(threads_share_an_engine) {
  auto branch = trained_branch<BaseBranch<SmallBackbone>>();
  const TorchEngine engine(simplified(base_branch_graph<SmallBackbone>(io::named_tensors(*branch), 5)));
  const auto images = random_images(2, 56);
  const auto wanted = engine.logits(images);
  std::vector<int> equal(4);
  {
    std::vector<std::jthread> threads;
    for (auto& count : equal)
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) count += engine.logits(images).equal(wanted) ? 1 : 0;
      });
  }
  for (const int count : equal) BOOST_TEST(count == 20);
}

BOOST_AUTO_TEST_CASE(weights_that_do_not_fit_are_named) {
  auto branch = trained_branch<BaseBranch<SmallBackbone>>();
  auto tensors = io::named_tensors(*branch);
  std::erase_if(tensors, [](const auto& named) { return named.first == "conv2.bias"; });
  for (auto& [name, tensor] : tensors)
    if (name == "VIT_base.norm.weight") tensor = torch::ones({3});
  tensors.emplace_back("ir_back.extra", torch::ones({1}));
  tensors.emplace_back("head_of_something_else", torch::ones({1}));
  const auto says = [](const CheckpointError& error) {
    const std::string text = error.what();
    BOOST_TEST_INFO(text);
    return text.find("1 missing (conv2.bias)") != std::string::npos &&
           text.find("1 unexpected (ir_back.extra)") != std::string::npos &&
           text.find("VIT_base.norm.weight has shape (3), expected (64)") != std::string::npos;
  };
  BOOST_CHECK_EXCEPTION(base_branch_graph<SmallBackbone>(tensors, 5), CheckpointError, says);
}
