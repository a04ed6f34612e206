// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/train/optimizer/copy_all.hpp>
#include <qcs/train/optimizer/multi_tensor.hpp>
#include <qcs/train/state/optimizer_state.hpp>

using namespace qcs;

namespace {

/// The second layer has its first gradient a step later than the others, that of the third lies otherwise than its
/// weights, which fused kernels do not take.
class Model : public torch::nn::Module {
 public:
  explicit Model(bool lies_otherwise) : lies_otherwise_(lies_otherwise) {
    torch::manual_seed(1);
    first_ = register_parameter("first", torch::randn({3, 4}, torch::kFloat64));
    second_ = register_parameter("second", torch::randn({5}, torch::kFloat64));
    third_ = register_parameter(
        "third", torch::randn({4, 3, 2, 2}, torch::kFloat64).contiguous(torch::MemoryFormat::ChannelsLast));
    register_parameter("idle", torch::randn({2}, torch::kFloat64));
  }

  void set_gradients(int step) {
    torch::manual_seed(100 + static_cast<std::uint64_t>(step));
    first_.mutable_grad() = torch::randn_like(first_);
    if (step > 0) second_.mutable_grad() = torch::randn_like(second_);
    if (lies_otherwise_) third_.mutable_grad() = torch::randn({4, 3, 2, 2}, torch::kFloat64);
  }

 private:
  bool lies_otherwise_;
  torch::Tensor first_, second_, third_;
};

template <class Ours, class Base, class Options>
void compare(const Options& options, bool lies_otherwise) {
  Model a(lies_otherwise), b(lies_otherwise);
  Ours ours(a.parameters(), options);
  Base theirs(b.parameters(), options);
  for (int step = 0; step < 6; ++step) {
    a.set_gradients(step);
    b.set_gradients(step);
    ours.step_together();
    theirs.step();
    for (const auto& item : b.named_parameters())
      BOOST_TEST(torch::allclose(a.named_parameters()[item.key()], item.value(), 1e-13, 1e-14), item.key());
  }
  const auto kept = optimizer_state(ours, a), expected = optimizer_state(theirs, b);
  BOOST_REQUIRE(kept.size() == expected.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    BOOST_TEST(kept[i].first == expected[i].first);
    BOOST_TEST(torch::allclose(kept[i].second, expected[i].second, 1e-12, 1e-14), kept[i].first);
  }
  // What LibTorch's own step leaves is gone on from, and the other way round.
  load_optimizer_state(ours, a, expected);
  a.set_gradients(7);
  b.set_gradients(7);
  ours.step();
  theirs.step();
  for (const auto& item : b.named_parameters())
    BOOST_TEST(torch::allclose(a.named_parameters()[item.key()], item.value(), 1e-12, 1e-14), item.key());
}

template <class Ours, class Base>
void compare_both(const auto& options) {
  for (const bool lies_otherwise : {false, true}) compare<Ours, Base>(options, lies_otherwise);
}

}  // namespace

BOOST_AUTO_TEST_CASE(adam_together_is_adam) {
  for (const double decay : {0., .1})
    compare_both<MultiTensorAdam, torch::optim::Adam>(torch::optim::AdamOptions(.01).weight_decay(decay));
}

BOOST_AUTO_TEST_CASE(adamw_together_is_adamw) {
  for (const double decay : {0., .1})
    compare_both<MultiTensorAdamW, torch::optim::AdamW>(torch::optim::AdamWOptions(.01).weight_decay(decay));
}

BOOST_AUTO_TEST_CASE(sgd_together_is_sgd) {
  for (const double decay : {0., .1})
    for (const double momentum : {0., .9})
      compare_both<MultiTensorSgd, torch::optim::SGD>(
          torch::optim::SGDOptions(.01).weight_decay(decay).momentum(momentum));
}

BOOST_AUTO_TEST_CASE(tensors_of_several_types_are_copied_and_none_too) {
  copy_all({}, {});
  const std::vector<torch::Tensor> from{torch::randn({2, 3}), torch::tensor(7, torch::kInt64), torch::randn({4})};
  std::vector<torch::Tensor> to;
  for (const auto& tensor : from) to.push_back(torch::zeros_like(tensor));
  copy_all(from, to);
  for (std::size_t i = 0; i < from.size(); ++i) BOOST_TEST(torch::equal(from[i], to[i]), i);
}

BOOST_AUTO_TEST_CASE(what_is_loaded_lies_as_the_parameter_does) {
  torch::nn::Conv2d module(torch::nn::Conv2dOptions(4, 5, 3).bias(false));
  {
    const torch::NoGradGuard no_grad;
    module->weight.set_data(module->weight.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  MultiTensorAdam optimizer(module->parameters(), torch::optim::AdamOptions(.1));
  const auto moment = torch::rand({5, 4, 3, 3});
  load_optimizer_state(
      optimizer, *module,
      {{"weight.step", torch::tensor(3, torch::kInt64)}, {"weight.exp_avg", moment}, {"weight.exp_avg_sq", moment}});
  const auto& state = static_cast<torch::optim::AdamParamState&>(
      *optimizer.state().at(qcs::detail::optimizer_key(optimizer, module->weight)));
  BOOST_TEST(torch::equal(state.exp_avg(), moment));
  BOOST_TEST((state.exp_avg().strides() == module->weight.strides()));
  BOOST_TEST(!state.exp_avg().requires_grad());
}
