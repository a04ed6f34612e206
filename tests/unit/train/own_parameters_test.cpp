// SPDX-License-Identifier: MIT
//
// A head's own parameters and buffers are trained, moved and saved like those of its children.

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <qcs/train/trainer.hpp>

#include "tiny.hpp"
#include "toy.hpp"

using namespace qcs;

namespace {

/// Scales the mean token by a parameter and adds the running mean of the batches, a buffer.
struct ScaledMeanHead {
  template <TopologyShape T>
  class Module : public torch::nn::Module {
   public:
    explicit Module(const HeadOptions& options)
        : linear_(
              register_module("mean_token", torch::nn::Linear(options.transformer.width, options.transformer.classes))),
          scale_(register_parameter("scale", torch::ones({options.transformer.width}))),
          mean_(register_buffer("mean", torch::zeros({options.transformer.width}))) {}

    HeadOutput<T> forward(const BranchTensors<T>& tokens) {
      HeadOutput<T> out;
      for (std::size_t b = 0; b < tokens.size(); ++b) {
        const auto token = tokens[b].mean(1);
        if (is_training()) mean_.mul_(.9).add_(token.detach().mean(0), .1);
        out.logits[b] = linear_->forward(token * scale_ + mean_);
      }
      return out;
    }

   private:
    torch::nn::Linear linear_;
    torch::Tensor scale_, mean_;
  };

  static std::string name() { return "scaled-mean"; }
};

using Net = Network<tiny::Backbone, ScaledMeanHead, Dual>;

Net network(std::uint64_t seed) {
  torch::manual_seed(seed);
  return Net(NetworkOptions{.classes = toy::kClasses});
}

}  // namespace

BOOST_AUTO_TEST_CASE(own_parameters_and_buffers_are_trained_moved_and_saved) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("qcs-own-{}", ::getpid());
  auto net = network(1);
  BOOST_REQUIRE(net->named_parameters().contains("scale"));
  BOOST_REQUIRE(net->named_buffers().contains("mean"));
  TrainerOptions options{.recipe = {.epochs = 1, .seed = 5}, .checkpoint_folder = folder};
  options.recipe.learning_rate = 1e-2;
  Trainer<Net> run(net, options, toy::labels());
  toy::Tuples<Dual> tuples{.count = 1};
  toy::Labelled labelled;
  run.fit(tuples, labelled, {});
  BOOST_TEST(!torch::equal(net->named_parameters()["scale"], torch::ones({4})), "it was trained");
  BOOST_TEST(!torch::equal(net->named_buffers()["mean"], torch::zeros({4})), "it was filled");

  auto loaded = network(2);
  load_weights(*loaded, load_checkpoint(CheckpointFolder(folder).last()).state_dict, {.exact_names = true});
  BOOST_TEST(toy::same_weights(*net, *loaded));
  for (auto* each : {&net, &loaded}) {
    (*each)->to(torch::kFloat64);
    (*each)->eval();
    BOOST_TEST(((*each)->named_parameters()["scale"].scalar_type() == torch::kFloat64));
    BOOST_TEST(((*each)->named_buffers()["mean"].scalar_type() == torch::kFloat64));
  }
  const auto images = toy::images({0, 1}, 3).to(torch::kFloat64);
  const auto before = net->named_buffers()["mean"].clone();
  const auto a = net->forward_branches({images, images}), b = loaded->forward_branches({images, images});
  for (std::size_t i = 0; i < 2; ++i) BOOST_TEST(torch::equal(a.cross_logits[i], b.cross_logits[i]));
  BOOST_TEST(torch::equal(net->named_buffers()["mean"], before), "the head knows that it is evaluated");
  std::filesystem::remove_all(folder);
}

namespace {

struct ClashingHead {
  template <TopologyShape T>
  class Module : public ScaledMeanHead::Module<T> {
   public:
    explicit Module(const HeadOptions& options) : ScaledMeanHead::Module<T>(options) {
      this->register_parameter("ir_back", torch::ones({1}));
    }
  };
  static std::string name() { return "clashing"; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_name_that_is_taken_is_named) {
  using Clashing = Network<tiny::Backbone, ClashingHead, Dual>;
  BOOST_CHECK_EXCEPTION(Clashing(NetworkOptions{.classes = 3}), ConfigError, [](const ConfigError& error) {
    return std::string(error.what()).find("registers `ir_back`, a name that another part of the network has") !=
           std::string::npos;
  });
}
