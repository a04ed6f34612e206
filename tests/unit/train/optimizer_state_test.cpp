// SPDX-License-Identifier: MIT
//
// The optimiser's state as named tensors.

#include <boost/test/unit_test.hpp>
#include <qcs/train/optimizer/optimizer.hpp>
#include <qcs/train/state/optimizer_state.hpp>

using namespace qcs;

namespace {

/// Two linear layers, registered in either order.
struct Toy : torch::nn::Module {
  explicit Toy(bool reversed = false) {
    torch::manual_seed(1);
    first = torch::nn::Linear(2, 3);
    second = torch::nn::Linear(3, 2);
    if (reversed) register_module("second", second);
    register_module("first", first);
    if (!reversed) register_module("second", second);
  }
  torch::Tensor forward(const torch::Tensor& x) { return second(first(x).tanh()); }

  torch::nn::Linear first{nullptr}, second{nullptr};
};

void step(Toy& toy, torch::optim::Optimizer& optimizer, double x) {
  optimizer.zero_grad();
  toy.forward(torch::full({1, 2}, x)).pow(2).sum().backward();
  optimizer.step();
}

OptimizerOptions options(OptimizerKind kind) { return {.kind = kind, .momentum = .9}; }

auto says(std::string text) {
  return [text](const CheckpointError& error) {
    BOOST_TEST_INFO(error.what());
    return std::string(error.what()).find(text) != std::string::npos;
  };
}

std::vector<std::string> names_of(const io::NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& named : tensors) names.push_back(named.first);
  return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_are_those_of_parameters_and_of_pythons_optimisers) {
  Toy toy;
  auto adam = make_optimizer(toy.parameters(), options(OptimizerKind::kAdam), .1);
  BOOST_TEST(optimizer_state(*adam, toy).empty());
  step(toy, *adam, 1);
  step(toy, *adam, 2);
  const auto state = optimizer_state(*adam, toy);
  BOOST_TEST(names_of(state) ==
             (std::vector<std::string>{"first.weight.step", "first.weight.exp_avg", "first.weight.exp_avg_sq",
                                       "first.bias.step", "first.bias.exp_avg", "first.bias.exp_avg_sq",
                                       "second.weight.step", "second.weight.exp_avg", "second.weight.exp_avg_sq",
                                       "second.bias.step", "second.bias.exp_avg", "second.bias.exp_avg_sq"}));
  BOOST_TEST(state[0].second.item<int>() == 2);
  auto sgd = make_optimizer(toy.parameters(), options(OptimizerKind::kSgd), .1);
  step(toy, *sgd, 1);
  BOOST_TEST(names_of(optimizer_state(*sgd, toy)) ==
             (std::vector<std::string>{"first.weight.momentum_buffer", "first.bias.momentum_buffer",
                                       "second.weight.momentum_buffer", "second.bias.momentum_buffer"}));
}

/// The next step of a restored optimiser is that of the original one, whatever the order of the parameters.
BOOST_AUTO_TEST_CASE(a_restored_optimiser_goes_on_in_another_order_of_parameters) {
  for (const auto kind : {OptimizerKind::kAdam, OptimizerKind::kAdamW, OptimizerKind::kSgd}) {
    for (const bool reversed : {false, true}) {
      Toy toy, other(reversed);
      auto optimizer = make_optimizer(toy.parameters(), options(kind), .1);
      for (const double x : {1., -2., .5}) step(toy, *optimizer, x);
      {
        const torch::NoGradGuard no_grad;
        for (const auto& item : toy.named_parameters()) other.named_parameters()[item.key()].copy_(item.value());
      }
      auto restored = make_optimizer(other.parameters(), options(kind), .1);
      load_optimizer_state(*restored, other, optimizer_state(*optimizer, toy));
      for (const double x : {3., 1.5}) {
        step(toy, *optimizer, x);
        step(other, *restored, x);
      }
      for (const auto& item : toy.named_parameters())
        BOOST_TEST(torch::equal(item.value(), other.named_parameters()[item.key()]), item.key());
    }
  }
}

BOOST_AUTO_TEST_CASE(everything_that_does_not_fit_is_named) {
  Toy toy;
  auto adam = make_optimizer(toy.parameters(), options(OptimizerKind::kAdam), .1);
  step(toy, *adam, 1);
  auto state = optimizer_state(*adam, toy);
  state[1].second = torch::zeros({4});
  state[3].second = torch::zeros({2});
  state[11].first = "third.bias.exp_avg_sq";
  BOOST_CHECK_EXCEPTION(load_optimizer_state(*adam, toy, state), CheckpointError,
                        says("first.weight.exp_avg has shape (4), expected (3, 2); first.bias.step is no whole number; "
                             "there is no second.bias.exp_avg_sq; nothing takes third.bias.exp_avg_sq"));
  auto sgd = make_optimizer(toy.parameters(), options(OptimizerKind::kSgd), .1);
  BOOST_CHECK_EXCEPTION(load_optimizer_state(*sgd, toy, optimizer_state(*adam, toy)), CheckpointError,
                        says("nothing takes first.bias.exp_avg;"));
}

BOOST_AUTO_TEST_CASE(parameters_without_a_gradient_have_no_state) {
  Toy toy;
  for (auto& parameter : toy.first->parameters()) parameter.set_requires_grad(false);
  auto adam = make_optimizer(toy.parameters(), options(OptimizerKind::kAdam), .1);
  step(toy, *adam, 1);
  const auto state = optimizer_state(*adam, toy);
  BOOST_TEST(state.size() == 6U);
  load_optimizer_state(*adam, toy, state);
  BOOST_TEST(names_of(optimizer_state(*adam, toy)) == names_of(state));
}
