// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/core/autocast.hpp>
#include <qcs/nn/linear.hpp>
#include <vector>

using namespace qcs;

namespace {

struct Case {
  std::vector<std::int64_t> shape;  // of x
  std::int64_t out;
};

const std::vector<Case> kCases{{{70, 12}, 5},     {{4, 30, 12}, 24}, {{16, 49, 8}, 8}, {{2, 3, 40, 6}, 7},
                               {{3, 37, 64}, 33}, {{2, 12}, 5},      {{1, 12}, 1},     {{0, 12}, 5}};

void close(const torch::Tensor& found, const torch::Tensor& wanted, double digits) {
  BOOST_REQUIRE(found.sizes() == wanted.sizes());
  BOOST_TEST(found.is_contiguous());
  BOOST_REQUIRE(found.scalar_type() == wanted.scalar_type());
  BOOST_TEST(torch::allclose(found, wanted, digits, digits));
}

/// Result and gradients are those of torch::linear.
void check(torch::Tensor x, std::int64_t out, double digits) {
  x = x.detach().requires_grad_();
  const auto weight = torch::randn({out, x.size(-1)}, x.options()).requires_grad_(),
             bias = torch::randn({out}, x.options()).requires_grad_();
  const auto found = dense(x, weight, bias), wanted = torch::linear(x, weight, bias);
  close(found, wanted, digits);
  const auto gradient = torch::randn_like(wanted);
  const auto a = torch::autograd::grad({found}, {x, weight, bias}, {gradient}),
             b = torch::autograd::grad({wanted}, {x, weight, bias}, {gradient});
  for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(torch::allclose(a[i], b[i], digits, 10 * digits));
}

class Threads {
 public:
  explicit Threads(int threads) : before_(at::get_num_threads()) { at::set_num_threads(threads); }
  ~Threads() { at::set_num_threads(before_); }

 private:
  int before_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_linear_layer_gives_what_libtorchs_gives) {
  torch::manual_seed(2);
  for (const int threads : {1, 2}) {
    const Threads set(threads);
    for (const auto& [shape, out] : kCases) BOOST_TEST_CONTEXT(threads << " threads, x " << torch::tensor(shape)) {
        check(torch::randn(shape), out, 1e-4);
        check(torch::randn(shape, torch::kFloat64), out, 1e-12);
        auto turned = shape;
        std::swap(turned.front(), turned.back());
        if (turned.back() > 0 && turned.front() > 0) check(torch::randn(turned).transpose(0, -1), out, 1e-4);
      }
  }
}

BOOST_AUTO_TEST_CASE(it_has_gradients_of_gradients) {
  torch::manual_seed(3);
  const auto x = torch::randn({4, 30, 6}, torch::requires_grad()),
             weight = torch::randn({5, 6}, torch::requires_grad()), bias = torch::randn({5}, torch::requires_grad());
  const auto second = [&](auto function) {
    const auto y = function(x, weight, bias).pow(3).sum();
    const auto first = torch::autograd::grad({y}, {x}, {}, true, true)[0];
    return torch::autograd::grad({first.pow(2).sum()}, {weight})[0];
  };
  const auto ours = second([](auto&... t) { return dense(t...); }),
             theirs = second([](auto&... t) { return torch::linear(t...); });
  BOOST_TEST(torch::allclose(ours, theirs, 1e-3, 1e-3 * theirs.abs().max().item<double>()));
}

BOOST_AUTO_TEST_CASE(it_is_under_autocast_what_libtorchs_is) {
  torch::manual_seed(4);
  Linear layer(8, 12);
  const auto x = torch::randn({4, 30, 8});
  const ComputePrecision precision({.precision = Precision::kBfloat16});
  const auto found = layer->forward(x);
  BOOST_TEST((found.scalar_type() == torch::kBFloat16));
  BOOST_TEST(found.equal(torch::linear(x, layer->weight, layer->bias)));
}

BOOST_AUTO_TEST_CASE(its_parameters_are_those_of_libtorchs_layer) {
  Linear layer(3, 4), plain(torch::nn::LinearOptions(3, 4).bias(false));
  BOOST_TEST(layer->named_parameters().contains("weight"));
  BOOST_TEST(layer->named_parameters().contains("bias"));
  BOOST_TEST(layer->as<torch::nn::Linear>() != nullptr);
  const auto x = torch::randn({70, 3});
  BOOST_TEST(torch::allclose(plain->forward(x), torch::linear(x, plain->weight)));
}
