// SPDX-License-Identifier: MIT
//
// benchmark_linear [THREADS]: linear layers by dense() and by torch::linear, in turn, at sizes of both networks:
//   forward, and forward and backward.

#include <qcs/nn/linear.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/process.hpp>
#include <string>

#include "compare.hpp"

namespace {

struct Size {
  std::int64_t images, tokens, in, out;
};

void measure(const Size& size) {
  const auto x = torch::randn({size.images, size.tokens, size.in}, torch::requires_grad()),
             weight = torch::randn({size.out, size.in}, torch::requires_grad()),
             bias = torch::randn({size.out}, torch::requires_grad()),
             gradient = torch::randn({size.images, size.tokens, size.out});
  const auto forward = [&](auto layer) {
    return [&, layer] {
      const torch::NoGradGuard no_grad;
      layer(x, weight, bias);
    };
  };
  const auto both = [&](auto layer) {
    return [&, layer] { torch::autograd::grad({layer(x, weight, bias)}, {x, weight, bias}, {gradient}); };
  };
  const auto ours = [](const auto&... t) { return qcs::dense(t...); };
  const auto theirs = [](const auto&... t) { return torch::linear(t...); };
  const auto name = fmt::format("{} x {} tokens, {} -> {}", size.images, size.tokens, size.in, size.out);
  qcs::benchmarks::compare(name + ", forward", 9, forward(ours), forward(theirs));
  qcs::benchmarks::compare(name + ", and backward", 9, both(ours), both(theirs));
}

int run(int argc, char** argv) {
  qcs::program::start_compute_threads(argc > 1 ? std::stoi(argv[1]) : 2);
  for (const auto& size : {Size{8, 148, 768, 2304},
                           {8, 148, 768, 768},
                           {8, 148, 768, 3072},
                           {8, 148, 3072, 768},
                           {32, 148, 64, 192},
                           {32, 148, 64, 256},
                           {32, 49, 64, 64}})
    measure(size);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] { return run(argc, argv); });
}
