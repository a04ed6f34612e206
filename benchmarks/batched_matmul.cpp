// SPDX-License-Identifier: MIT
//
// qcs::batched_matmul against torch::matmul, on the scores of one self-attention layer for 64 images, in the full-size
// network and on the small backbone: forward and backward, all compute threads.

#include <qcs/nn/batched_matmul.hpp>
#include <qcs/program/process.hpp>

#include "compare.hpp"

int main(int, char** argv) {
  qcs::program::wait_passively(argv);
  torch::set_num_threads(qcs::program::cores());
  torch::manual_seed(1);
  fmt::print("{} threads, MKL {}\n{:<52} {:>13} {:>13}\n", torch::get_num_threads(), at::hasMKL() ? "yes" : "no", "",
             "qcs", "torch");
  for (const auto& [images, heads, tokens, width] : {std::tuple{64, 8, 148, 96}, std::tuple{64, 2, 148, 32}}) {
    const auto queries = torch::randn({images, heads, tokens, width}).requires_grad_();
    const auto keys = torch::randn({images, heads, tokens, width}).requires_grad_();
    const auto run = [&](auto multiply) {
      return [&, multiply] { multiply(queries, keys.transpose(-2, -1)).sum().backward(); };
    };
    qcs::benchmarks::compare(fmt::format("({0},{1},{2},{3}) x ({0},{1},{3},{2})", images, heads, tokens, width), 15,
                             run([](const auto& a, const auto& b) { return qcs::batched_matmul(a, b); }),
                             run([](const auto& a, const auto& b) { return torch::matmul(a, b); }));
  }
}
