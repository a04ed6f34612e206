// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/nn/prelu.hpp>
#include <string>
#include <vector>

using namespace qcs;

namespace {

constexpr std::int64_t kChannels = 5;

struct Gradients {
  torch::Tensor value, x, weight;
};

Gradients gradients_of(const auto& function, const torch::Tensor& x, const torch::Tensor& weight,
                       const torch::Tensor& along) {
  const auto input = x.detach().requires_grad_(), w = weight.detach().requires_grad_();
  const auto value = function(input, w);
  const auto found = torch::autograd::grad({value}, {input, w}, {along});
  return {value, found[0], found[1]};
}

/// Every way that a tensor with channels may lie in memory; the first two have parts that fill no vector.
std::vector<torch::Tensor> inputs(torch::ScalarType type) {
  torch::manual_seed(1);
  const auto random = [&](c10::IntArrayRef sizes) { return torch::randn(sizes, torch::kFloat64).to(type); };
  return {random({3, kChannels, 7, 9}),  random({70, kChannels, 3, 3}).contiguous(torch::MemoryFormat::ChannelsLast),
          random({3, kChannels, 16, 4}), random({3, kChannels}),
          random({3, kChannels, 1, 1}),  random({6, kChannels, 8, 8}).slice(0, 0, 6, 2).slice(3, 1, 8, 3),
          random({2, kChannels, 33}),    random({2, 4, kChannels, 3, 3}).permute({0, 2, 1, 3, 4})};
}

torch::Tensor weights() { return torch::tensor({.25, -.5, 0., 1.5, .1}); }

}  // namespace

BOOST_AUTO_TEST_CASE(values_and_gradients_are_those_of_libtorch) {
  for (const auto type : {torch::kFloat64, torch::kFloat32}) {
    const double tolerance = type == torch::kFloat64 ? 1e-13 : 1e-5;
    for (const auto& x : inputs(type)) {
      const auto along = torch::randn(x.sizes(), torch::kFloat64).to(type);
      const auto weight = weights().to(type);
      const auto ours = gradients_of([](auto& a, auto& b) { return channel_prelu(a, b); }, x, weight, along);
      const auto theirs = gradients_of([](auto& a, auto& b) { return torch::prelu(a, b); }, x, weight, along);
      const auto shape = c10::str(x.sizes(), " ", type);
      BOOST_TEST(torch::equal(ours.value, theirs.value), shape);
      BOOST_TEST(torch::equal(ours.x, theirs.x), shape);
      BOOST_TEST(torch::allclose(ours.weight, theirs.weight, tolerance, tolerance), shape);
      BOOST_TEST((ours.value.suggest_memory_format() == theirs.value.suggest_memory_format()), shape);
    }
  }
}

BOOST_AUTO_TEST_CASE(bfloat16_is_float32_rounded_once) {
  for (const auto& x : inputs(torch::kBFloat16)) {
    const auto along = torch::randn(x.sizes()).to(torch::kBFloat16);
    const auto weight = weights();
    const auto ours = gradients_of([](auto& a, auto& b) { return channel_prelu(a, b); }, x, weight, along);
    const auto exact = gradients_of([](auto& a, auto& b) { return torch::prelu(a, b); }, x.to(torch::kFloat32), weight,
                                    along.to(torch::kFloat32));
    const auto shape = c10::str(x.sizes());
    BOOST_TEST((ours.value.scalar_type() == torch::kBFloat16 && ours.weight.scalar_type() == torch::kFloat32), shape);
    BOOST_TEST(torch::equal(ours.x, exact.x.to(torch::kBFloat16)), shape);
    BOOST_TEST(torch::allclose(ours.weight, exact.weight, 1e-5, 1e-5), shape);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_so) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
    const auto x = torch::tensor({inf, -inf, nan, 1., -1.}).view({1, kChannels}).to(type);
    for (const double along : {1., inf, nan}) {
      const auto g = torch::full_like(x, along);
      const auto ours = gradients_of([](auto& a, auto& b) { return channel_prelu(a, b); }, x, weights(), g);
      const auto theirs = gradients_of([](auto& a, auto& b) { return torch::prelu(a, b); }, x.to(torch::kFloat32),
                                       weights(), g.to(torch::kFloat32));
      BOOST_TEST(torch::equal(ours.x.isnan(), theirs.x.isnan()));
      BOOST_TEST(torch::equal(ours.weight.isnan(), theirs.weight.isnan()));
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_do_not_depend_on_the_number_of_threads) {
  const int before = torch::get_num_threads();
  for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    torch::manual_seed(2);
    const auto x = torch::randn({4, kChannels, 56, 56}).contiguous(format), along = torch::randn_like(x);
    std::vector<torch::Tensor> found;
    for (const int threads : {1, 2, 3}) {
      torch::set_num_threads(threads);
      found.push_back(gradients_of([](auto& a, auto& b) { return channel_prelu(a, b); }, x, weights(), along).weight);
    }
    BOOST_TEST(torch::equal(found[0], found[1]));
    BOOST_TEST(torch::equal(found[0], found[2]));
  }
  torch::set_num_threads(before);
}

BOOST_AUTO_TEST_CASE(gradients_have_gradients) {
  torch::manual_seed(3);
  const auto second = [](const auto& function) {
    const auto x = torch::linspace(-1, 1, 2 * kChannels * 3, torch::kFloat64).view({2, kChannels, 3}).requires_grad_();
    const auto weight = weights().to(torch::kFloat64).requires_grad_();
    const auto first = torch::autograd::grad({function(x, weight).pow(3).sum()}, {x, weight}, {}, true, true);
    return torch::autograd::grad({first[0].square().sum() + first[1].square().sum()}, {x, weight});
  };
  const auto ours = second([](auto&a, auto&b) { return channel_prelu(a, b); }),
             theirs = second([](auto&a, auto&b) { return torch::prelu(a, b); });
  for (const int i : {0, 1}) BOOST_TEST(torch::allclose(ours[i], theirs[i], 1e-12, 1e-12), i);
}

BOOST_AUTO_TEST_CASE(the_layer_is_that_of_libtorch) {
  PRelu ours(kChannels);
  torch::nn::PReLU theirs(torch::nn::PReLUOptions().num_parameters(kChannels));
  BOOST_TEST(ours->named_parameters().keys() == theirs->named_parameters().keys());
  BOOST_TEST(torch::equal(ours->parameters()[0], theirs->parameters()[0]));
  const auto empty = torch::zeros({0, kChannels, 2, 2});
  BOOST_TEST(ours->forward(empty).sizes() == empty.sizes());
}
