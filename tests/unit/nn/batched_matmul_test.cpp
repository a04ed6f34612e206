// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/nn/batched_matmul.hpp>

BOOST_AUTO_TEST_CASE(batched_matmul_equals_matmul_in_values_and_gradients) {
  torch::manual_seed(1);
  for (const auto& [batch, m, k, n] : {std::tuple{1, 1, 1, 1}, std::tuple{7, 148, 32, 148}, std::tuple{64, 5, 3, 2}}) {
    const auto a = torch::randn({2, batch, m, k}, torch::kFloat64), b = torch::randn({2, batch, n, k}, torch::kFloat64);
    const auto weight = torch::randn({2, batch, m, n}, torch::kFloat64);
    const auto run = [&](auto multiply) {
      const auto x = a.clone().requires_grad_(), y = b.clone().requires_grad_();
      const auto out = multiply(x, y.transpose(-2, -1));
      (out * weight).sum().backward();
      return std::array{out.detach(), x.grad(), y.grad()};
    };
    const auto plain = run([](const auto& x, const auto& y) { return torch::matmul(x, y); });
    // Both ways are asked for by name: with MKL, batched_matmul itself is torch::matmul.
    const auto threaded = run([](const auto& x, const auto& y) {
      const auto stack = [](const torch::Tensor& t) { return t.reshape({-1, t.size(-2), t.size(-1)}); };
      return qcs::detail::BatchedMatmulFunction::apply(stack(x), stack(y))
          .reshape({x.size(0), x.size(1), x.size(2), y.size(3)});
    });
    const auto chosen = run([](const auto& x, const auto& y) { return qcs::batched_matmul(x, y); });
    for (std::size_t i = 0; i < plain.size(); ++i) {
      BOOST_TEST(torch::allclose(threaded[i], plain[i], 1e-12, 1e-12));
      BOOST_TEST(torch::allclose(chosen[i], plain[i], 1e-12, 1e-12));
    }
  }
}
