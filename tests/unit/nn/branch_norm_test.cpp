// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <qcs/nn/branch_norm.hpp>
#include <qcs/nn/vision_transformer.hpp>
#include <string>

using namespace qcs;

namespace {

constexpr std::int64_t kChannels = 5, kBranches = 3;

/// Gives both layers the same random weights.
void fill(torch::nn::BatchNorm2d& plain, BranchNorm2d& branched) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : plain->named_parameters()) {
    item.value().uniform_(.5, 1.5);
    branched->named_parameters()[item.key()].copy_(item.value());
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(branch_norm_is_batch_norm_of_one_branch_after_the_other_to_the_bit) {
  torch::manual_seed(1);
  torch::nn::BatchNorm2d plain(kChannels);
  BranchNorm2d branched(kChannels);
  fill(plain, branched);
  for (int step = 0; step < 3; ++step) {
    const auto x = torch::randn({kBranches * 4, kChannels, 6, 7}).requires_grad_();
    const auto weights = torch::randn_like(x);
    torch::Tensor together;
    {
      const BranchesInBatch in_batch(BranchesInBatch::norms_of(*torch::nn::Sequential(branched)), kBranches);
      together = branched->forward(x);
    }
    const auto gradient = torch::autograd::grad({(together * weights).sum()}, {x})[0];
    std::vector<torch::Tensor> in_turn;
    for (const auto& branch : x.chunk(kBranches)) in_turn.push_back(plain->forward(branch));
    BOOST_TEST(torch::equal(together, torch::cat(in_turn)));
    BOOST_TEST(torch::equal(gradient, torch::autograd::grad({(torch::cat(in_turn) * weights).sum()}, {x})[0]));
    for (const auto& buffer : plain->named_buffers())
      BOOST_TEST(torch::equal(buffer.value(), branched->named_buffers()[buffer.key()]), buffer.key());
  }
  const auto x = torch::randn({2, kChannels, 6, 7});
  plain->eval();
  branched->eval();
  BOOST_TEST(torch::equal(plain->forward(x), branched->forward(x)));
}

BOOST_AUTO_TEST_CASE(a_batch_is_of_one_branch_again_afterwards) {
  torch::manual_seed(2);
  BranchNorm2d norm(kChannels);
  const torch::nn::Sequential part(norm);
  { const BranchesInBatch in_batch(BranchesInBatch::norms_of(*part), 2); }
  norm->forward(torch::randn({4, kChannels, 3, 3}));
  BOOST_TEST(norm->named_buffers()["num_batches_tracked"].item<std::int64_t>() == 1);
}

BOOST_AUTO_TEST_CASE(batch_norm_of_libtorch_does_not_keep_branches_apart) {
  BOOST_TEST(keeps_branches_apart(*torch::nn::Sequential(BranchNorm2d(2), torch::nn::Linear(2, 2))));
  BOOST_TEST(!keeps_branches_apart(*torch::nn::Sequential(torch::nn::Sequential(torch::nn::BatchNorm2d(2)))));
  BOOST_TEST(!keeps_branches_apart(*torch::nn::Sequential(torch::nn::BatchNorm1d(2))));
}

BOOST_AUTO_TEST_CASE(logits_of_the_whole_last_block_are_those_of_forward) {
  torch::manual_seed(4);
  VisionTransformer<> transformer(
      VitOptions{.width = 12, .heads = 3, .depth = 2, .tokens = 7, .classes = 4, .whole_last_block = true});
  const auto tokens = torch::randn({2, 7, 12});
  BOOST_TEST(torch::equal(transformer->forward(tokens).logits, transformer->logits(tokens)));
}

BOOST_AUTO_TEST_CASE(logits_without_the_other_tokens_are_those_of_the_whole_last_block) {
  torch::manual_seed(3);
  for (const std::int64_t depth : {1, 2}) {
    VisionTransformer<> transformer(
        VitOptions{.width = 12, .heads = 3, .depth = depth, .tokens = 7, .classes = 4, .initial_weight_deviation = .3});
    transformer->to(torch::kFloat64);
    for (auto& parameter : transformer->parameters()) {
      const torch::NoGradGuard no_grad;
      parameter.normal_(0, .3);
    }
    const auto tokens = torch::randn({2, 7, 12}, torch::kFloat64).requires_grad_();
    const auto whole = transformer->forward(tokens).logits, alone = transformer->logits(tokens);
    BOOST_TEST(torch::allclose(whole, alone, 1e-11, 1e-12));
    const auto weights = torch::randn_like(whole);
    std::vector<torch::Tensor> inputs{tokens};
    for (const auto& parameter : transformer->parameters()) inputs.push_back(parameter);
    const auto expected = torch::autograd::grad({(whole * weights).sum()}, inputs),
               found = torch::autograd::grad({(alone * weights).sum()}, inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      BOOST_TEST(torch::allclose(expected[i], found[i], 1e-9, 1e-11), "gradient of input " + std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(statistics_over_processes_are_those_of_the_whole_batch) {
  // Two processes that hold the same images: the sum over them is twice one's own.
  torch::manual_seed(5);
  BranchNorm2d alone(kChannels), shared(kChannels);
  for (auto* norm : {&alone, &shared}) (*norm)->to(torch::kFloat64);
  {
    const torch::NoGradGuard no_grad;
    for (const auto& item : alone->named_parameters())
      shared->named_parameters()[item.key()].copy_(item.value().uniform_(.5, 1.5));
  }
  shared->set_reduction([](const torch::Tensor& own) { return 2 * own; });
  const auto x = torch::randn({2 * 4, kChannels, 3, 5}, torch::kFloat64).requires_grad_();
  const auto weights = torch::randn_like(x);
  const auto both = [](const torch::Tensor& t) {
    const auto halves = t.chunk(2);
    return torch::cat({halves[0], halves[0], halves[1], halves[1]});
  };
  torch::Tensor whole, part;
  {
    const BranchesInBatch in_batch(BranchesInBatch::norms_of(*torch::nn::Sequential(alone, shared)), 2);
    whole = alone->forward(both(x));
    part = shared->forward(x);
  }
  BOOST_TEST(torch::allclose(whole, both(part), 1e-12, 1e-12));
  for (const auto& buffer : alone->named_buffers())
    BOOST_TEST(torch::allclose(buffer.value(), shared->named_buffers()[buffer.key()], 1e-12, 1e-12), buffer.key());
  // Of the loss of both processes, each finds the gradient of its own images and its part of the parameters'.
  const auto of_whole =
      torch::autograd::grad({(whole * both(weights)).sum()}, {x, alone->parameters()[0], alone->parameters()[1]});
  const auto of_part =
      torch::autograd::grad({(part * weights).sum()}, {x, shared->parameters()[0], shared->parameters()[1]});
  for (const std::size_t i : {0, 1, 2}) BOOST_TEST(torch::allclose(of_whole[i], 2 * of_part[i], 1e-11, 1e-12), i);
}
